using System.Net;
using Cilium.Framework.IpCache;
using Cilium.Framework.Netlink;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Nodes;

/// <summary>Addresses of this node, read from the kernel, into the table <c>host-addresses</c>.</summary>
/// <param name="netlink">The node's namespace.</param>
/// <param name="gateways">Gateways of this node's pod ranges: the node's own too, also before a device carries them.</param>
/// <param name="table">Written here only.</param>
/// <param name="source">Reports when the table was filled once.</param>
/// <param name="time">The clock.</param>
internal sealed class HostAddresses(RouteNetlink netlink, Func<IReadOnlyList<IPAddress>> gateways, IWriteTable<IpPrefix, HostAddressRow> table, TableSource source, TimeProvider time)
{
    /// <summary>How long a new address of the node may go unnoticed.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Reads on until cancelled.</summary>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            Read();
            await Task.Delay(Interval, time, ct);
        }
    }

    /// <summary>Reads once.</summary>
    public void Read()
    {
        var names = netlink.ListLinks().ToDictionary(link => link.Index, link => link.Name);
        var found = netlink.ListAddresses()
            .Where(address => !IPAddress.IsLoopback(address.IP) && !address.IP.IsIPv6LinkLocal)
            .Select(address => new HostAddressRow(IpPrefix.Host(address.IP), names.GetValueOrDefault(address.IfIndex, "")))
            .Concat(gateways().Select(gateway => new HostAddressRow(IpPrefix.Host(gateway), "")))
            .DistinctBy(row => row.Prefix);
        table.ReplaceAll(found);
        source.ListDone();
    }

    /// <summary>Devices that can carry packets to other machines: no loopback, none of the datapath's, none of the endpoints', none that a routing backend made.</summary>
    /// <param name="netlink">The node's namespace.</param>
    /// <param name="except">Devices of endpoints and of the datapath.</param>
    public static IReadOnlyList<NodeDevice> Devices(RouteNetlink netlink, IReadOnlySet<string> except)
    {
        var addresses = netlink.ListAddresses().Where(address => !address.IP.IsIPv6LinkLocal).ToLookup(address => address.IfIndex, address => address.IP);
        IEnumerable<Route> routes = [.. netlink.ListRoutes(System.Net.Sockets.AddressFamily.InterNetwork), .. netlink.ListRoutes(System.Net.Sockets.AddressFamily.InterNetworkV6)];
        var withDefault = routes.Where(route => route is { PrefixLength: 0, Table: Route.MainTable, Type: 1 }).Select(route => route.IfIndex).ToHashSet();
        return [.. netlink.ListLinks()
            .Where(link => link.Name != "lo" && !except.Contains(link.Name) && link.Alias != PlannedDevice.OwnAlias)
            .Select(link => new NodeDevice(link.Name, link.Mtu, [.. addresses[link.Index]], withDefault.Contains(link.Index)))];
    }
}
