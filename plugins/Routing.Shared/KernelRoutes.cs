using System.Net.Sockets;
using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Shared;

/// <summary>Routes of the main table that carry our own protocol number. Routes of others are read, never changed.</summary>
/// <param name="netlink">The namespace; disposed with this.</param>
/// <param name="protocol">Marks our routes (<see cref="Plugins.IPluginContext.RouteProtocol"/>).</param>
/// <param name="remote">How ranges of other nodes are reached.</param>
/// <param name="backend">Name of the backend, for messages.</param>
internal sealed class KernelRoutes(RouteNetlink netlink, byte protocol, IRemoteRanges remote, string backend) : IReconcileTarget<NodeRouteRow>, IDisposable
{
    private readonly PrefixRoutes _routes = new(netlink, protocol);

    public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<NodeRouteRow> batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var outcomes = new List<RowOutcome>(batch.Items.Count);
        var existing = batch.Items.Select(item => item.Row.PodCidr.Family).Distinct().SelectMany(family => List(family, null)).ToLookup(RouteForm.PrefixOf);
        foreach (var item in batch.Items)
            outcomes.Add(cancellationToken.IsCancellationRequested ? RowOutcome.Failed(ErrorKind.Unavailable, $"route {item.Row.PodCidr}: not reached before the call was ended") : Apply(item, [.. existing[item.Row.PodCidr]]));
        return ValueTask.FromResult<IReadOnlyList<RowOutcome>>(outcomes);
    }

    public ValueTask<int> PruneAsync(IReadOnlyCollection<NodeRouteRow> desired, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(desired);
        var wanted = desired.Select(row => row.PodCidr).ToHashSet();
        var removed = 0;
        try
        {
            foreach (var route in ((AddressFamily[])[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6]).SelectMany(family => List(family, protocol)).Where(route => !wanted.Contains(RouteForm.PrefixOf(route))))
            {
                cancellationToken.ThrowIfCancellationRequested();
                _routes.Remove([route]);
                removed++;
            }
        }
        catch (NetlinkException error)
        {
            throw new CiliumException(ErrorKind.Unavailable, $"routing {backend}: {error.Message}", error);
        }

        return ValueTask.FromResult(removed);
    }

    public void Dispose() => netlink.Dispose();

    private RowOutcome Apply(ReconcileItem<NodeRouteRow> item, Route[] present)
    {
        var row = item.Row;
        try
        {
            if (item.Action == ReconcileAction.Delete)
                return Carry(row, RouteAnswer.None, present);
            return Carry(row, row.NextHop is null ? HostRanges.Answer(row, netlink) : remote.Answer(row, netlink), present);
        }
        catch (NetlinkException error)
        {
            return Failed(row, error);
        }
    }

    private RowOutcome Carry(NodeRouteRow row, RouteAnswer answer, Route[] present)
    {
        if (!answer.Refusal.IsDone)
            return answer.Refusal;
        if (answer.Route is not { } route)
        {
            _routes.Remove(present);
            return RowOutcome.Done;
        }

        try
        {
            return _routes.Realise(row, route with { Protocol = protocol }, present);
        }
        catch (NetlinkException error) when (row.NextHop is not null && remote.Explain(row, error, netlink) is { } meaning)
        {
            return Carry(row, meaning, present);
        }
    }

    private List<Route> List(AddressFamily family, byte? ofProtocol)
    {
        try
        {
            // Older kernels do not filter.
            return [.. netlink.ListRoutes(new RouteFilter { Family = family, Table = Route.MainTable, Protocol = ofProtocol })
                .Where(route => route.Table == Route.MainTable && (ofProtocol is null || route.Protocol == ofProtocol))];
        }
        catch (NetlinkException error)
        {
            throw new CiliumException(ErrorKind.Unavailable, $"routing {backend}: {error.Message}", error);
        }
    }

    private static RowOutcome Failed(NodeRouteRow row, NetlinkException error) => RowOutcome.Failed(ErrorKind.Unavailable, $"{RouteName.Of(row)}: {error.Message}");
}
