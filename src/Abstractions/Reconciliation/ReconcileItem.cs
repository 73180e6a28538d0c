namespace Cilium.Framework.Reconciliation;

/// <summary>One row to realise.</summary>
/// <typeparam name="TRow">An immutable row.</typeparam>
/// <param name="Action">What is to become of it.</param>
/// <param name="Row">The desired row; for a deletion the row as it was last desired.</param>
/// <param name="Realised">The row that this target last acknowledged under the same key; null the first time, also after a restart of the agent: then the target compares with its own state.</param>
public readonly record struct ReconcileItem<TRow>(ReconcileAction Action, TRow Row, TRow? Realised)
    where TRow : class;
