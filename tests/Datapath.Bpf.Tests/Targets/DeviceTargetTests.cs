using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Targets;

[Trait("Needs", "Root")]
public sealed class DeviceTargetTests : IDisposable
{
    private readonly TestNode _node = new();
    private readonly RouteNetlink _netlink;

    public DeviceTargetTests() => _netlink = RouteNetlink.Open(_node.Namespace);

    public void Dispose()
    {
        _netlink.Dispose();
        _node.Dispose();
    }

    [Fact]
    public void The_nodes_door_is_made_with_its_addresses()
    {
        _node.AddHostDevice();

        var host = _netlink.FindLink("cilium_host")!;
        Assert.Equal((true, false, 1400), (host.IsUp, host.HasArp, host.Mtu));
        Assert.True(_netlink.FindLink("cilium_net")!.IsUp);
        var addresses = _netlink.ListAddresses().Where(address => address.IfIndex == host.Index).Select(address => $"{address.IP}/{address.PrefixLength}").ToArray();
        Assert.Contains(TestNode.Gateway4 + "/32", addresses);
        Assert.Contains(TestNode.Gateway6 + "/128", addresses);
        Assert.Equal(ProgramSet.FromHost, Attached(host.Index, TcHook.Egress));
    }

    [Fact]
    public void Applying_it_again_changes_nothing()
    {
        _node.AddHostDevice();
        var before = _netlink.FindLink("cilium_host");

        _node.AddHostDevice();

        Assert.Equal(before, _netlink.FindLink("cilium_host"));
    }

    [Fact]
    public void A_native_device_gets_a_filter_and_loses_it_when_nobody_desires_it()
    {
        Shell.Ip($"-n {_node.Name} link add up0 type veth peer name up1");
        _node.Apply(_node.Datapath.Devices, new DeviceRow("up0", DeviceRole.Native, 1500));
        var index = _netlink.FindLink("up0")!.Index;
        Assert.Equal(ProgramSet.FromNetdev, Attached(index, TcHook.Ingress));

        Assert.Equal(1, _node.Prune(_node.Datapath.Devices));

        Assert.Null(Attached(index, TcHook.Ingress));
        Assert.NotNull(_netlink.FindLink("up0"));
    }

    [Fact]
    public void Pruning_removes_the_door_that_nobody_desires()
    {
        _node.AddHostDevice();

        // With links everywhere the door's own link is pruned, too: its pin outlives the device.
        Assert.Equal(_node.Settings.Attach == AttachMode.Tcx ? 2 : 1, _node.Prune(_node.Datapath.Devices));

        Assert.Null(_netlink.FindLink("cilium_host"));
        Assert.Null(_netlink.FindLink("cilium_net"));
    }

    [Fact]
    public void A_foreign_device_of_that_name_is_left_alone()
    {
        _netlink.CreateBridge("cilium_host");

        var outcome = _node.Try(_node.Datapath.Devices, new DeviceRow("cilium_host", DeviceRole.Host, 1500));

        Assert.Equal(ErrorKind.Conflict, outcome.Kind);
        Assert.StartsWith("device cilium_host: it exists and is of kind \"bridge\".", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_is_said()
    {
        Assert.Equal(
            "device eth7: there is no such device. Create it, or take it out of the configuration.",
            _node.Try(_node.Datapath.Devices, new DeviceRow("eth7", DeviceRole.Native, 1500)).Error);
        Assert.Equal(
            "device cilium_vxlan: there is no such device yet. The routing provider makes it; endpoints of other nodes cannot be reached until then.",
            _node.Try(_node.Datapath.Devices, new DeviceRow("cilium_vxlan", DeviceRole.Overlay, 1450)).Error);
        _netlink.CreateBridge("cilium_vxlan");
        Assert.Equal(
            "device cilium_vxlan: it is of kind \"bridge\" and does not take the other node from each packet. The datapath needs a vxlan or geneve device in collect-metadata mode (\"external\") there: delete the device, or name another.",
            _node.Try(_node.Datapath.Devices, new DeviceRow("cilium_vxlan", DeviceRole.Overlay, 1450)).Error);
    }

    [Fact]
    public void Removing_everything_leaves_nothing()
    {
        _node.AddHostDevice();
        var pod = _node.AddEndpoint(1, 1001, "10.90.1.1", null);

        var removed = _node.Namespace.Run(() =>
        {
            using var other = new TemporaryFolder();
            return TestNode.Done(new BpfDatapath(new FakePluginContext(other.Path), _node.Settings).RemoveAllAsync(default));
        });

        Assert.Contains("device cilium_host", removed);
        Assert.Contains($"filter of {pod.Device} ingress", removed);
        Assert.Contains($"BPF file system {_node.Settings.BpfFs}", removed);
        Assert.Null(Attached(pod.Row.IfIndex, TcHook.Ingress));
        Assert.False(BpfFileSystem.IsMounted(_node.Settings.BpfFs));
    }

    private string? Attached(int ifIndex, int point) => _node.Attached(ifIndex, point);
}
