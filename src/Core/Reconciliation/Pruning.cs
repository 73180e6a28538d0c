using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Reconciliation;

/// <summary>Tells a target from time to time all that is desired, so that it removes what nobody desires: also what an earlier process or version left.</summary>
internal sealed class Pruning<TKey, TRow>(DesiredTable<TKey, TRow> table, IReconcileTarget<TRow> target, IGateKeeper gates, StatusWriter<TKey, TRow> statuses, TargetCall call, ReconcilerOptions options, ILogger logger)
    where TKey : notnull
    where TRow : class
{
    private int _failures;

    /// <summary>When it is due; at once after the start.</summary>
    public TimeSpan Due { get; private set; }

    /// <summary>Why it failed last time; null when it did not.</summary>
    public string? Error { get; private set; }

    /// <summary>Runs it; a failure is tried again like that of a row.</summary>
    /// <param name="now">The reconciler's clock.</param>
    /// <param name="cancellationToken">Ends the reconciler.</param>
    public async Task RunAsync(Func<TimeSpan> now, CancellationToken cancellationToken)
    {
        try
        {
            var rows = table.Rows.ToLookup(Stays, row => row.Row);
            var removed = await call.RunAsync(stop => target.PruneAsync([.. rows[true]], stop), cancellationToken);
            statuses.Pruned(rows[false].Select(table.KeyOf));
            table.MarkPruned();
            if (removed > 0)
                ReconcilerLog.Pruned(logger, table.Name, removed);
            (_failures, Error, Due) = (0, null, now() + options.PruneInterval);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            ReconcilerLog.PruneFailed(logger, error, table.Name);
            Error = error.Message;
            Due = now() + options.RetryAfter(++_failures);
        }
    }

    /// <summary>A deletion that a gate holds back leaves what the target has, like an upsert that is held back.</summary>
    private bool Stays(DesiredRow<TRow> row) => !row.IsDeleting || (row.Gate is { } gate && gates.Judge(gate).State == GateState.Closed);
}
