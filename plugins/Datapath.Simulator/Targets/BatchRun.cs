using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;

namespace Cilium.Framework.Datapath.Simulator.Targets;

/// <summary>Runs the items of a batch, turning each one's failure into its outcome.</summary>
internal static class BatchRun
{
    public static IReadOnlyList<RowOutcome> Each<TRow>(ReconcileBatch<TRow> batch, Func<ReconcileItem<TRow>, RowOutcome> realise, CancellationToken cancellationToken)
        where TRow : class =>
        [.. batch.Items.Select(item => cancellationToken.IsCancellationRequested
            ? RowOutcome.Failed(ErrorKind.Unavailable, "not reached: the batch was cancelled")
            : realise(item))];
}
