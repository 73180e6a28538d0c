namespace Cilium.Framework.Reconciliation;

/// <summary>A row that is to be true, with what has become of it.</summary>
/// <param name="Row">What is to be true; for a row on its way out what was last to be true. Written by the controller.</param>
/// <param name="Gate">What must be realised before; null: nothing, or the row is Done. Written by the controller.</param>
/// <param name="IsDeleting">The row is no longer desired and leaves the table when the target holds nothing under its key.</param>
/// <param name="Status">Written by the reconciler.</param>
/// <param name="Realised">The row last acknowledged under this key; null when unknown. Written by the reconciler.</param>
public sealed record DesiredRow<TRow>(TRow Row, Gate? Gate, bool IsDeleting, RowStatus Status, TRow? Realised)
    where TRow : class
{
    /// <summary>The row as desired now is realised.</summary>
    public bool IsDone => !IsDeleting && Status.State == RowState.Done;
}
