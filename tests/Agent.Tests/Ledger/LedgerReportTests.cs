using System.Net;
using Cilium.Framework.Agent.Ledger;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Errors;
using Cilium.Framework.Hosting;
using Cilium.Framework.Netlink;
using Cilium.Framework.Nodes;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent.Tests.Ledger;

/// <summary>The ledger of real routes, in a network namespace of the test.</summary>
public sealed class LedgerReportTests
{
    private const byte Ours = 199;
    private readonly NodeTables _tables = new(TimeProvider.System);

    [Theory]
    [InlineData(17, "mrouted (kube-router)")]
    [InlineData(3, "boot")]
    [InlineData(200, "protocol 200")]
    public void An_owner_is_named_as_far_as_it_is_known(byte protocol, string expected) => Assert.Equal(expected, RouteOwners.NameOf(protocol));

    [Fact]
    public void Without_real_packets_there_is_no_ledger()
    {
        var refused = Assert.Throws<CiliumException>(() => new LedgerReport(null, _tables, Ours).Create());
        Assert.Equal((ErrorKind.Unsupported, "route ledger: the selected datapath carries no real packets, so that nobody sets routes. Select another one (datapath.provider)."), (refused.Kind, refused.Message));
    }

    [Fact]
    [Trait("Needs", "Root")]
    public void Routes_of_the_kernel_are_told_by_owner()
    {
        Require.Root();
        var space = NetworkNamespace.Create($"ledger{Environment.ProcessId}");
        try
        {
            using var netlink = RouteNetlink.Open(space);
            FillKernel(netlink);
            _tables.PodCidrs.ReplaceAll([new PodCidrRow(IpPrefix.Parse("10.1.0.0/24"), "configuration")]);
            _tables.Nodes.ReplaceAll([new NodeRow { Key = new NodeKey("default", "b"), Origin = NodeOrigin.Kvstore, IPv4PodCidr = IpPrefix.Parse("10.1.1.0/24"), IPv6PodCidr = IpPrefix.Parse("fd01::/64") }]);
            _tables.NodeRoutes.ReplaceAll([new NodeRouteRow(IpPrefix.Parse("10.1.0.0/24"), "a", null, "host0", null, 1450)]);

            var ledger = new LedgerReport(netlink, _tables, Ours).Create();

            Assert.Equal(
                [
                    "10.1.0.0/24 - host0 1450 254 ours ours: range of this node: Pending",
                    "10.1.1.0/24 192.168.0.2 host0 1500 254 mrouted (kube-router) foreign: not ours: told by mrouted (kube-router); never touched",
                    "10.1.1.0/25 blackhole -  100 static foreign: not ours: told by static; never touched",
                    "172.16.0.0/16 - host0 1500 254 ours left-over: left over: no row wants it, it is removed at the next prune",
                    "fd01::/64 - host0 1500 254 boot foreign: not ours: told by boot; never touched",
                ],
                ledger.Select(Text));
        }
        finally
        {
            space.Delete();
        }
    }

    private static void FillKernel(RouteNetlink netlink)
    {
        netlink.CreateVeth(new VethPair { Name = "host0", PeerName = "host0p" });
        var device = netlink.FindLink("host0")!.Index;
        netlink.SetUp(device);
        netlink.SetUp(netlink.FindLink("host0p")!.Index);
        netlink.AddAddress(device, IPAddress.Parse("192.168.0.1"), 24);
        netlink.AddRoute(new Route { Destination = IPAddress.Parse("10.1.0.0"), PrefixLength = 24, IfIndex = device, Mtu = 1450, Protocol = Ours, Scope = 253 });
        netlink.AddRoute(new Route { Destination = IPAddress.Parse("10.1.1.0"), PrefixLength = 24, Gateway = IPAddress.Parse("192.168.0.2"), IfIndex = device, Protocol = 17 });
        netlink.AddRoute(new Route { Destination = IPAddress.Parse("10.1.1.0"), PrefixLength = 25, Type = Route.BlackholeType, Table = 100, Protocol = 4 });
        netlink.AddRoute(new Route { Destination = IPAddress.Parse("172.16.0.0"), PrefixLength = 16, IfIndex = device, Protocol = Ours, Scope = 253 });
        netlink.AddRoute(new Route { Destination = IPAddress.Parse("10.77.0.0"), PrefixLength = 16, IfIndex = device, Protocol = 4, Scope = 253 });
        netlink.AddRoute(new Route { Destination = IPAddress.Parse("fd01::"), PrefixLength = 64, IfIndex = device, Family = System.Net.Sockets.AddressFamily.InterNetworkV6 });
    }

    private static string Text(RouteLedgerEntry entry) =>
        $"{entry.Destination} {entry.NextHop ?? "-"} {entry.Device ?? "-"} {entry.Mtu} {entry.Table} {entry.Owner} {entry.State}: {entry.Why}";
}
