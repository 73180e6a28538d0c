using Cilium.Framework.Agent.Mtu;
using Cilium.Framework.Errors;
using Cilium.Framework.Hosting;
using Cilium.Framework.Netlink;
using Cilium.Framework.Nodes;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent.Tests.Mtu;

/// <summary>The answer over real devices, in a network namespace of the test.</summary>
public sealed class MtuAnswerTests
{
    private readonly NodeTables _tables = new(TimeProvider.System);

    [Fact]
    public void Without_real_packets_there_is_no_size()
    {
        var refused = Assert.Throws<CiliumException>(() => new MtuAnswer(null, () => null, _tables).Create());
        Assert.Equal((ErrorKind.Unsupported, "mtu: the selected datapath carries no real packets, so that they have no size. Select another one (datapath.provider)."), (refused.Kind, refused.Message));
    }

    [Fact]
    [Trait("Needs", "Root")]
    public void Devices_are_shown_with_what_they_carry_now()
    {
        Require.Root();
        var space = NetworkNamespace.Create($"mtu{Environment.ProcessId}");
        try
        {
            using var netlink = RouteNetlink.Open(space);
            netlink.CreateVeth(new VethPair { Name = "eth0", PeerName = "eth0p", Mtu = 9000 });
            var routing = new RoutingPlan(Encapsulation.Geneve, 50, [new PlannedDevice("overlay0", DeviceRole.Overlay), new PlannedDevice("eth0", DeviceRole.Native)]);
            var plan = new DevicePlan(new NodeDescription("a", [], [new NodeDevice("eth0", 9000, [], HasDefaultRoute: true)]), routing, [], mtu: null);
            netlink.SetMtu(netlink.FindLink("eth0")!.Index, 1500);

            var report = new MtuAnswer(netlink, () => plan, _tables).Create();

            Assert.Equal([("cilium_host", "host", null), ("overlay0", "overlay", null), ("eth0", "native", 1500)], report.Devices.Select(device => (device.Name, device.Role, device.Mtu)));
            Assert.Equal((null, "geneve", 50, "IPv4", 9000, 8950), (report.Configured, report.Encapsulation, report.Overhead, report.Underlay, report.EndpointMtu, report.RouteMtu));
            Assert.Equal("eth0 carries 9000; geneve over IPv4 takes 50; routes to other nodes: 8950", report.Lines[0]);
            Assert.Contains("changed: eth0 carries 1500 now; the plan is older; restart the agent, which disturbs no traffic", report.Lines);
        }
        finally
        {
            space.Delete();
        }
    }
}
