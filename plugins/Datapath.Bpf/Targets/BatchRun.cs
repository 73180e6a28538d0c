using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;

namespace Cilium.Framework.Datapath.Bpf.Targets;

/// <summary>Runs the items of a batch, turning each one's failure into its outcome.</summary>
internal static class BatchRun
{
    public static RowOutcome[] Each<TRow>(ReconcileBatch<TRow> batch, Action<ReconcileItem<TRow>> realise, CancellationToken cancellationToken)
        where TRow : class
    {
        var outcomes = new RowOutcome[batch.Items.Count];
        for (var i = 0; i < outcomes.Length; i++)
            outcomes[i] = cancellationToken.IsCancellationRequested
                ? RowOutcome.Failed(ErrorKind.Unavailable, "not reached: the batch was cancelled")
                : One(batch.Items[i], realise);
        return outcomes;
    }

    private static RowOutcome One<TRow>(ReconcileItem<TRow> item, Action<ReconcileItem<TRow>> realise)
        where TRow : class
    {
        try
        {
            realise(item);
            return RowOutcome.Done;
        }
        catch (CiliumException exception)
        {
            return RowOutcome.Failed(exception.Kind, exception.Message);
        }
        catch (NetlinkException exception)
        {
            return RowOutcome.Failed(ErrorKind.Unavailable, exception.Message);
        }
        catch (IOException exception)
        {
            return RowOutcome.Failed(ErrorKind.Unavailable, exception.Message);
        }
        catch (UnauthorizedAccessException exception)
        {
            return RowOutcome.Failed(ErrorKind.Denied, exception.Message);
        }
    }
}
