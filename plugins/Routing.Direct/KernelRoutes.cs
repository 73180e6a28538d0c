using System.Net.Sockets;
using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Direct;

/// <summary>Routes of the main table that carry our own protocol number. Routes of others are read, never changed.</summary>
internal sealed class KernelRoutes(RouteNetlink netlink) : IReconcileTarget<NodeRouteRow>, IDisposable
{
    /// <summary>Marks our routes. Free in linux/rtnetlink.h and in /etc/iproute2/rt_protos; kube-router uses 17, BIRD 12.</summary>
    public const byte Protocol = 161;

    // What the kernel gives an IPv6 route without a metric (IP6_RT_PRIO_USER).
    private const uint DefaultIPv6Priority = 1024;
    private const byte ScopeLink = 253;
    private const string RoutesOfOthers = "Remove that route or give this node another range.";

    public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<NodeRouteRow> batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var outcomes = new List<RowOutcome>(batch.Items.Count);
        var existing = Existing(batch.Items.Select(item => item.Row.PodCidr.Family));
        foreach (var item in batch.Items)
            outcomes.Add(cancellationToken.IsCancellationRequested ? RowOutcome.Failed(ErrorKind.Unavailable, $"route {item.Row.PodCidr}: not reached before the call was ended") : Apply(item, existing));
        return ValueTask.FromResult<IReadOnlyList<RowOutcome>>(outcomes);
    }

    public ValueTask<int> PruneAsync(IReadOnlyCollection<NodeRouteRow> desired, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(desired);
        var wanted = desired.Select(row => row.PodCidr).ToHashSet();
        var removed = 0;
        try
        {
            foreach (var route in Existing([AddressFamily.InterNetwork, AddressFamily.InterNetworkV6]).Where(route => route.Protocol == Protocol && !wanted.Contains(PrefixOf(route))))
            {
                cancellationToken.ThrowIfCancellationRequested();
                netlink.DeleteRoute(route);
                removed++;
            }
        }
        catch (NetlinkException error)
        {
            throw new CiliumException(ErrorKind.Unavailable, $"routing direct: {error.Message}", error);
        }

        return ValueTask.FromResult(removed);
    }

    public void Dispose() => netlink.Dispose();

    private RowOutcome Apply(ReconcileItem<NodeRouteRow> item, IReadOnlyList<Route> existing)
    {
        var row = item.Row;
        var present = existing.Where(route => route.Table == Route.MainTable && PrefixOf(route) == row.PodCidr).ToArray();
        try
        {
            if (item.Action == ReconcileAction.Upsert)
                return Upsert(row, present);
            foreach (var route in present.Where(route => route.Protocol == Protocol))
                netlink.DeleteRoute(route);
            return RowOutcome.Done;
        }
        catch (NetlinkException error)
        {
            return RowOutcome.Failed(ErrorKind.Unavailable, $"route {row.PodCidr}: {error.Message}");
        }
    }

    private RowOutcome Upsert(NodeRouteRow row, Route[] present)
    {
        if (row.NextHop is not null)
            return RowOutcome.Failed(ErrorKind.Unsupported, $"route {row.PodCidr} of node {row.Node}: routing direct installs routes of its own node only; the network has to know the others.");
        if (row.Device is null)
            return RowOutcome.Failed(ErrorKind.Invalid, $"route {row.PodCidr}: a range of this node needs a device.");
        if (netlink.FindLink(row.Device) is not { } device)
            return RowOutcome.Failed(ErrorKind.Unavailable, $"route {row.PodCidr}: there is no device {row.Device} yet.");
        var wanted = Wanted(row, device.Index);
        if (present.FirstOrDefault(route => route.Protocol != Protocol && route.Priority == wanted.Priority) is { } foreign)
            return RowOutcome.Failed(ErrorKind.Conflict, $"route {row.PodCidr}: there is one of protocol {foreign.Protocol} already, which is not ours. {RoutesOfOthers}");
        foreach (var stale in present.Where(route => route.Protocol == Protocol && (route.Priority != wanted.Priority || (row.PodCidr.IsIPv6 && route.IfIndex != wanted.IfIndex))))
            netlink.DeleteRoute(stale);
        if (!present.Contains(wanted))
            netlink.ReplaceRoute(wanted);
        return RowOutcome.Done;
    }

    private static Route Wanted(NodeRouteRow row, int ifIndex) => new()
    {
        Destination = row.PodCidr.Address,
        PrefixLength = row.PodCidr.Length,
        Family = row.PodCidr.Family,
        IfIndex = ifIndex,
        PreferredSource = row.Source,
        Mtu = row.Mtu,
        Protocol = Protocol,
        // IPv6 has no scopes of routes.
        Scope = row.PodCidr.IsIPv6 ? (byte)0 : ScopeLink,
        Priority = row.PodCidr.IsIPv6 ? DefaultIPv6Priority : 0,
    };

    private List<Route> Existing(IEnumerable<AddressFamily> families)
    {
        try
        {
            return [.. families.Distinct().SelectMany(netlink.ListRoutes)];
        }
        catch (NetlinkException error)
        {
            throw new CiliumException(ErrorKind.Unavailable, $"routing direct: {error.Message}", error);
        }
    }

    private static IpPrefix PrefixOf(Route route) =>
        new(route.Destination ?? (route.Family == AddressFamily.InterNetworkV6 ? System.Net.IPAddress.IPv6Any : System.Net.IPAddress.Any), route.PrefixLength);
}
