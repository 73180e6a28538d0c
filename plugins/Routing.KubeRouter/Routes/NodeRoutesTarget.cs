using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Routes;

/// <summary>Ranges of this node are routed here, those of others by <see cref="IRemoteRoutes"/>.</summary>
internal sealed class NodeRoutesTarget(KernelRoutes kernel, IRemoteRoutes remote) : IReconcileTarget<NodeRouteRow>
{
    private const byte ScopeLink = 253;

    public async ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<NodeRouteRow> batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var outcomes = new List<RowOutcome>(batch.Items.Count);
        var existing = kernel.Read(batch.Items.Select(item => item.Row.PodCidr.Family));
        foreach (var item in batch.Items)
            outcomes.Add(cancellationToken.IsCancellationRequested ? NotReached(item.Row) : await ApplyAsync(item, existing, cancellationToken));
        return outcomes;
    }

    public ValueTask<int> PruneAsync(IReadOnlyCollection<NodeRouteRow> desired, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(desired);
        remote.Retain(desired.Select(row => row.PodCidr).ToHashSet());
        // A range of another node that kube-router routes needs none of ours: one of an earlier configuration is left over.
        var wanted = desired.Where(row => row.NextHop is null || remote.OwnsRoutes).Select(row => row.PodCidr).ToHashSet();
        var removed = 0;
        try
        {
            foreach (var route in kernel.Read(KernelRoutes.Families).All.Where(route => kernel.IsOwn(route) && !wanted.Contains(KernelSnapshot.PrefixOf(route))))
            {
                cancellationToken.ThrowIfCancellationRequested();
                kernel.Netlink.DeleteRoute(route);
                removed++;
            }
        }
        catch (NetlinkException error)
        {
            throw new CiliumException(ErrorKind.Unavailable, $"routing kube-router: {error.Message}", error);
        }

        return ValueTask.FromResult(removed);
    }

    private async ValueTask<RowOutcome> ApplyAsync(ReconcileItem<NodeRouteRow> item, KernelSnapshot existing, CancellationToken cancellationToken)
    {
        var row = item.Row;
        try
        {
            if (item.Action == ReconcileAction.Upsert && row.NextHop is not null)
                return await remote.UpsertAsync(row, existing, cancellationToken);
            remote.Forget(row.PodCidr);
            if (item.Action == ReconcileAction.Upsert)
                return UpsertOwn(row, existing);
            kernel.Remove(row.PodCidr, existing);
            return RowOutcome.Done;
        }
        catch (NetlinkException error)
        {
            return RowOutcome.Failed(ErrorKind.Unavailable, $"route {row.PodCidr}: {error.Message}");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return NotReached(row);
        }
    }

    private RowOutcome UpsertOwn(NodeRouteRow row, KernelSnapshot existing)
    {
        if (row.Device is null)
            return RowOutcome.Failed(ErrorKind.Invalid, $"route {row.PodCidr}: a range of this node needs a device.");
        if (kernel.Netlink.FindLink(row.Device) is not { } device)
            return RowOutcome.Failed(ErrorKind.Unavailable, $"route {row.PodCidr}: there is no device {row.Device} yet.");
        var wanted = kernel.Mark(row.PodCidr) with
        {
            IfIndex = device.Index,
            PreferredSource = row.Source,
            Mtu = row.Mtu,
            // IPv6 has no scopes of routes.
            Scope = row.PodCidr.IsIPv6 ? (byte)0 : ScopeLink,
        };
        return kernel.Put(wanted, existing) is { } foreign
            ? RowOutcome.Failed(ErrorKind.Conflict, $"route {row.PodCidr}: there is one of protocol {RouteMakers.NameOf(foreign.Protocol)} already, which is not ours. Remove that route or give this node another range.")
            : RowOutcome.Done;
    }

    private static RowOutcome NotReached(NodeRouteRow row) => RowOutcome.Failed(ErrorKind.Unavailable, $"route {row.PodCidr}: not reached before the call was ended");
}
