namespace Cilium.Framework.Reconciliation;

/// <summary>Makes rows true: in the kernel, in a routing table, in a store.</summary>
/// <remarks>Called by one loop at a time. Needs no memory of its own between calls or over restarts.</remarks>
/// <typeparam name="TRow">An immutable row.</typeparam>
public interface IReconcileTarget<TRow>
    where TRow : class
{
    /// <summary>Realises a batch. Applying a row that is already realised changes nothing and succeeds; deleting what does not exist succeeds.</summary>
    /// <param name="batch">Rows in the order in which they are to be realised.</param>
    /// <param name="cancellationToken">Ends the call between two items; those not reached count as failed.</param>
    /// <returns>One outcome per item, in the order of the items. A failed item leaves what was realised before it untouched.</returns>
    /// <exception cref="Errors.CiliumException">The whole batch failed; any part of it may have been realised. It is tried again.</exception>
    ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<TRow> batch, CancellationToken cancellationToken);

    /// <summary>Removes own state that no row desires, also what an earlier process or version wrote. State of others is never touched.</summary>
    /// <param name="desired">All desired rows, and those whose realised state must be left as it is.</param>
    /// <param name="cancellationToken">Ends the call between two removals.</param>
    /// <returns>Number of objects removed.</returns>
    /// <exception cref="Errors.CiliumException">Some state could not be read or removed; it is tried again later.</exception>
    ValueTask<int> PruneAsync(IReadOnlyCollection<TRow> desired, CancellationToken cancellationToken);
}
