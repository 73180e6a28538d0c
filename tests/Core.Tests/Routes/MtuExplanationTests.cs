using System.Net.Sockets;
using Cilium.Framework.Nodes;
using Cilium.Framework.Routes;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.Tests.Routes;

/// <summary>What an operator reads about the size of packets.</summary>
public sealed class MtuExplanationTests
{
    private static readonly NodeDevice Large = new("eth0", 9000, [], HasDefaultRoute: true), Small = new("eth1", 1500, [], HasDefaultRoute: false);

    private static DevicePlan Plan(RoutingPlan routing, int? mtu, params NodeDevice[] devices) => new(new NodeDescription("a", [], devices), routing, [], mtu);

    private static RoutingPlan Wrapped(int overhead, params string[] names) => new(Encapsulation.Vxlan, overhead, [.. names.Select(name => new PlannedDevice(name, DeviceRole.Native))]);

    private static RoutingPlan Bare(params string[] names) => new(Encapsulation.None, 0, [.. names.Select(name => new PlannedDevice(name, DeviceRole.Native))]);

    /// <summary>The devices carry what they did when the plan was made, but for those that are named.</summary>
    private static string[] Lines(DevicePlan plan, params (string Name, int Mtu)[] others)
    {
        var now = plan.Node.Devices.ToDictionary(device => device.Name, device => device.Mtu);
        now[DevicePlan.HostDevice] = plan.DeviceMtu;
        foreach (var (name, mtu) in others)
            now[name] = mtu;
        return [.. new MtuExplanation(plan, now, others.Select(other => other.Name).Where(name => name.StartsWith("lxc", StringComparison.Ordinal))).Lines()];
    }

    [Fact]
    public void The_device_that_carries_it_decides_and_wrapping_takes_its_share() => Assert.Equal(
        ["eth0 carries 9000; vxlan over IPv4 takes 50; routes to other nodes: 8950", "devices of endpoints: 9000", "cilium_host: 9000"], Lines(Plan(Wrapped(50, "eth0"), null, Large, Small)));

    [Fact]
    public void An_underlay_of_ipv6_is_named() => Assert.Equal(
        "eth0 carries 9000; vxlan over IPv6 takes 70; routes to other nodes: 8930", Lines(Plan(Wrapped(70, "eth0") with { Underlay = AddressFamily.InterNetworkV6 }, null, Large))[0]);

    [Fact]
    public void Of_several_devices_the_smallest_decides() => Assert.Equal(
        ["eth1 carries 1500; nothing is wrapped; routes to other nodes: 1500", "eth0 carries 9000; the smallest device decides", "devices of endpoints: 1500", "cilium_host: 1500"],
        Lines(Plan(Bare("eth0", "eth1"), null, Large, Small)));

    [Fact]
    public void A_setting_decides_before_every_device() => Assert.Equal(
        ["mtu is set to 1400; vxlan over IPv4 takes 50; routes to other nodes: 1350", "eth0 carries 9000; the setting decides", "devices of endpoints: 1400", "cilium_host: 1400"],
        Lines(Plan(Wrapped(50, "eth0"), 1400, Large)));

    [Fact]
    public void A_setting_that_no_device_carries_is_called_too_large() => Assert.Equal(
        ["too large: packets of 9000 do not fit through eth1, which carries 1500; set mtu to 1500 or less, or to nothing"],
        Lines(Plan(Bare("eth0", "eth1"), 9000, Large, Small))[5..]);

    [Fact]
    public void Without_a_device_a_number_is_taken_and_that_is_said() => Assert.Equal(
        "no device tells, so that 1500 is taken; vxlan over IPv4 takes 50; routes to other nodes: 1450", Lines(Plan(Wrapped(50, "overlay0"), null, Large))[0]);

    [Fact]
    public void What_changed_since_the_plan_was_made_is_said()
    {
        var plan = Plan(Bare("eth0"), null, Large);
        Assert.Equal(["changed: eth0 carries 1500 now; the plan is older; restart the agent, which disturbs no traffic"], Lines(plan, ("eth0", 1500))[3..]);
        Assert.Equal(["different: cilium_host carries 1500 and not 9000; cilium db show devices says why"], Lines(plan, (DevicePlan.HostDevice, 1500))[3..]);
        Assert.Equal(
            ["different: lxc1 1500, lxc2 1400; these endpoints were made when another number was in force, and keep theirs until they are made anew"],
            Lines(plan, ("lxc3", 9000), ("lxc2", 1400), ("lxc1", 1500), ("other", 100))[3..]);
        Assert.Equal(
            [
                "changed: eth0 is gone; the plan is older; restart the agent, which disturbs no traffic",
                "missing: there is no cilium_host yet; cilium db show devices says why",
            ],
            new MtuExplanation(plan, new Dictionary<string, int>(), []).Lines().Skip(3));
    }
}
