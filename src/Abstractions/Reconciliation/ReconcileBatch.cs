namespace Cilium.Framework.Reconciliation;

/// <summary>Rows to realise together, in the order given; no key occurs twice.</summary>
/// <typeparam name="TRow">An immutable row.</typeparam>
/// <param name="Items">At least one item.</param>
public sealed record ReconcileBatch<TRow>(IReadOnlyList<ReconcileItem<TRow>> Items)
    where TRow : class;
