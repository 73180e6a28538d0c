namespace Cilium.Framework.Reconciliation;

/// <summary>One row on its way to the target.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Desired">The row as it was when it left.</param>
/// <param name="Work">What the reconciler remembers about it.</param>
/// <param name="Revision">When it last changed; orders a batch.</param>
/// <param name="Note">Text of its status when it succeeds.</param>
/// <param name="IsRefresh">The row is Done and is applied again.</param>
internal sealed record Attempt<TKey, TRow>(TKey Key, DesiredRow<TRow> Desired, PendingWork Work, ulong Revision, string Note, bool IsRefresh)
    where TKey : notnull
    where TRow : class
{
    /// <summary>A refresh names no realised row: the target is to compare with its own state.</summary>
    public ReconcileItem<TRow> ToItem() => new(
        Desired.IsDeleting ? ReconcileAction.Delete : ReconcileAction.Upsert,
        Desired.Row,
        IsRefresh ? null : Desired.Realised);
}
