using System.Net.Sockets;
using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Routing.KubeRouter.Session;
using Cilium.Framework.Rows;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Routing.KubeRouter.Exchange;

/// <summary>Prefixes that the GoBGP tells because we asked it to. It forgets them when it restarts: what is desired is then advertised again.</summary>
/// <remarks>What it tells of its own accord or for kube-router lacks our mark: it is neither replaced nor withdrawn, and a row for it is realised already.</remarks>
internal sealed class Advertisements(SpeakerSession session, NextHops nextHops, ILogger logger) : IReconcileTarget<AdvertisementRow>, ISpeakerFollower, IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly HashSet<IpPrefix> _desired = [];
    private volatile string? _problem;

    public string? Problem => _problem;

    public async ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<AdvertisementRow> batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var outcomes = new List<RowOutcome>(batch.Items.Count);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            foreach (var item in batch.Items)
                Note(item);
            var told = await OpenAsync(batch.Items.Select(item => item.Row.Prefix.Family), cancellationToken);
            foreach (var item in batch.Items)
                outcomes.Add(cancellationToken.IsCancellationRequested ? NotReached(item.Row) : await ApplyAsync(item, told, cancellationToken));
            return outcomes;
        }
        catch (CiliumException error)
        {
            return [.. batch.Items.Select(item => Failed(item, error))];
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask<int> PruneAsync(IReadOnlyCollection<AdvertisementRow> desired, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(desired);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var wanted = desired.Select(row => row.Prefix).ToHashSet();
            _desired.IntersectWith(wanted);
            var told = await OpenAsync(Routes.KernelRoutes.Families, cancellationToken);
            var removed = 0;
            foreach (var prefix in told.Ours.Where(prefix => !wanted.Contains(prefix)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                await WithdrawAsync(told, prefix, cancellationToken);
                removed++;
            }

            return removed;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask SyncedAsync(IGoBgpApi api, CancellationToken cancellationToken) => await RepeatAsync(_ => true, cancellationToken);

    public async ValueTask ChangedAsync(IGoBgpApi api, IpPrefix prefix, CancellationToken cancellationToken)
    {
        // Gone, or known from a peer only.
        if (session.View.Find(prefix) is not { Neighbour: null })
            await RepeatAsync(desired => desired == prefix, cancellationToken);
    }

    public void Lost()
    {
    }

    public void Dispose() => _gate.Dispose();

    private void Note(ReconcileItem<AdvertisementRow> item)
    {
        if (item.Action == ReconcileAction.Upsert)
            _desired.Add(item.Row.Prefix);
        else
            _desired.Remove(item.Row.Prefix);
    }

    private async ValueTask<RowOutcome> ApplyAsync(ReconcileItem<AdvertisementRow> item, ToldRoutes told, CancellationToken cancellationToken)
    {
        try
        {
            if (item.Action == ReconcileAction.Upsert)
                await AdvertiseAsync(told, item.Row.Prefix, cancellationToken);
            else
                await WithdrawAsync(told, item.Row.Prefix, cancellationToken);
            return RowOutcome.Done;
        }
        catch (CiliumException error)
        {
            return Failed(item, error);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return NotReached(item.Row);
        }
    }

    // After the GoBGP came back, or when what was advertised is gone: the rows are done and nobody applies them again.
    private async Task RepeatAsync(Func<IpPrefix, bool> which, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            _problem = null;
            var prefixes = _desired.Where(which).ToArray();
            if (prefixes.Length == 0)
                return;
            var told = await OpenAsync(prefixes.Select(prefix => prefix.Family), cancellationToken);
            foreach (var prefix in prefixes)
                await AdvertiseAsync(told, prefix, cancellationToken);
        }
        catch (CiliumException error)
        {
            _problem = $"What was advertised before cannot be advertised again: {error.Message}";
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<ToldRoutes> OpenAsync(IEnumerable<AddressFamily> families, CancellationToken cancellationToken)
    {
        var api = (await session.ConnectAsync(cancellationToken)).Api;
        await session.ExpectedSpeakerAsync(api, cancellationToken);
        return await ToldRoutes.ReadAsync(api, families, cancellationToken);
    }

    private async Task AdvertiseAsync(ToldRoutes told, IpPrefix prefix, CancellationToken cancellationToken)
    {
        if (told.IsOfOthers(prefix))
            return;
        var nextHop = nextHops.Find(prefix.Family, told.Peers)
            ?? throw new CiliumException(ErrorKind.Unavailable, $"{nextHops.Missing(prefix.Family)}.");
        if (told.Has(prefix, nextHop))
            return;
        await told.Api.AdvertiseAsync(prefix, nextHop, cancellationToken);
        KubeRouterLog.Advertised(logger, prefix.ToString(), nextHop.ToString());
    }

    private async Task WithdrawAsync(ToldRoutes told, IpPrefix prefix, CancellationToken cancellationToken)
    {
        if (!told.Ours.Contains(prefix))
            return;
        await told.Api.WithdrawAsync(prefix, cancellationToken);
        KubeRouterLog.Withdrawn(logger, prefix.ToString());
    }

    // A GoBGP that is too old is upgraded some day, and then the row is to be tried again.
    private static RowOutcome Failed(ReconcileItem<AdvertisementRow> item, CiliumException error) => RowOutcome.Failed(
        error.Kind == ErrorKind.Unsupported ? ErrorKind.Unavailable : error.Kind,
        $"{(item.Action == ReconcileAction.Upsert ? "advertisement" : "withdrawal")} of {item.Row.Prefix}: {error.Message}");

    private static RowOutcome NotReached(AdvertisementRow row) => RowOutcome.Failed(ErrorKind.Unavailable, $"advertisement of {row.Prefix}: not reached before the call was ended");
}
