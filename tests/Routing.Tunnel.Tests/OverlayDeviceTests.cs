using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Routing.Testing;

namespace Cilium.Framework.Routing.Tunnel.Tests;

[Trait("Needs", "Root")]
public sealed class OverlayDeviceTests : IDisposable
{
    private readonly RoutedNode _node = new();

    private RouteNetlink Netlink => _node.Netlink;

    private Link? Device => Netlink.FindLink("cilium_vxlan");

    [Fact]
    public void It_is_made_marked_and_switched_on()
    {
        Ensure();
        Assert.Equal(("vxlan", PlannedDevice.OwnAlias, true, 1430), (Device!.Kind, Device.Alias, Device.IsUp, Device.Mtu));
        Assert.Equal(new TunnelDevice { CollectsMetadata = true, Port = 8472, SendsZeroChecksumV6 = true, AcceptsZeroChecksumV6 = true }, Device.Tunnel);
    }

    [Fact]
    public void It_has_no_address_of_its_own_and_so_never_speaks_by_itself()
    {
        // Another shows what a device does that nobody told otherwise.
        Netlink.CreateVxlan(new MetadataTunnel { Name = "other0", Port = 8000 });
        Netlink.SetUp(_node.Index("other0"));
        Ensure();
        Assert.Single(Netlink.ListAddresses(), address => address.IfIndex == _node.Index("other0"));
        Assert.DoesNotContain(Netlink.ListAddresses(), address => address.IfIndex == Device!.Index);
    }

    [Fact]
    public void One_that_fits_is_used_again_as_it_is_and_loses_no_packet()
    {
        Ensure();
        Netlink.SetMtu(Device!.Index, 1400);
        var before = Device;
        Ensure();
        Assert.Equal(before, Device);
    }

    [Fact]
    public void One_that_somebody_switched_off_is_switched_on_again()
    {
        Ensure();
        var before = Device!;
        Netlink.SetDown(before.Index);
        Ensure();
        Assert.Equal(before, Device);
    }

    [Fact]
    public void One_whose_maker_was_interrupted_before_it_marked_it_is_taken_over()
    {
        Netlink.CreateVxlan(new MetadataTunnel { Name = "cilium_vxlan", Port = 8472 });
        var index = Device!.Index;
        Ensure();
        Assert.Equal((index, PlannedDevice.OwnAlias, true), (Device.Index, Device.Alias, Device.IsUp));
    }

    [Fact]
    public void One_of_ours_at_another_port_is_replaced()
    {
        Ensure(port: 8000);
        var before = Device!.Index;
        Ensure();
        Assert.NotEqual(before, Device.Index);
        Assert.Equal((8472, true, PlannedDevice.OwnAlias), (Device.Tunnel!.Port, Device.IsUp, Device.Alias));
    }

    [Fact]
    public void One_of_ours_with_a_fixed_number_is_replaced()
    {
        Netlink.CreateVxlan(new VxlanLink { Name = "cilium_vxlan", Vni = 5, Port = 8472, Local = IPAddress.Parse("192.0.2.1"), Remote = IPAddress.Parse("192.0.2.2") });
        Netlink.SetAlias(Device!.Index, PlannedDevice.OwnAlias);
        Netlink.SetUp(Device.Index);
        Ensure();
        Assert.True(Device.Tunnel!.CollectsMetadata);
    }

    [Fact]
    public void One_that_is_not_ours_is_left_alone()
    {
        Netlink.CreateVxlan(new MetadataTunnel { Name = "cilium_vxlan", Port = 8472 });
        Netlink.SetUp(Device!.Index);
        var before = Device;
        Assert.Equal(
            "Conflict: routing tunnel: there is a device cilium_vxlan (vxlan, port 8472) already, which is not ours. Another Cilium may run on this machine: stop it, and remove the device (ip link delete cilium_vxlan). Nothing was changed.",
            Refusal());
        Assert.Equal(before, Device);
    }

    [Fact]
    public void A_device_of_another_kind_under_the_name_is_left_alone()
    {
        Netlink.CreateBridge("cilium_vxlan");
        Assert.StartsWith("Conflict: routing tunnel: there is a device cilium_vxlan (bridge) already, which is not ours.", Refusal(), StringComparison.Ordinal);
        Assert.Equal("bridge", Device!.Kind);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_port_that_another_device_has_is_said_with_its_name(bool collectsMetadata)
    {
        if (collectsMetadata)
            Netlink.CreateVxlan(new MetadataTunnel { Name = "flannel.1", Port = 8472 });
        else
            Netlink.CreateVxlan(new VxlanLink { Name = "flannel.1", Vni = 1, Port = 8472, Local = IPAddress.Parse("192.0.2.1"), Remote = IPAddress.Parse("192.0.2.2") });
        Netlink.SetUp(_node.Index("flannel.1"));
        Assert.Equal(
            "Conflict: routing tunnel: UDP port 8472 for cilium_vxlan is taken on this machine: device flannel.1 (vxlan, port 8472) has it. Stop the other user, or choose another port, the same on every node (routing:tunnel:port).",
            Refusal());
        Assert.Null(Device);
        Assert.NotNull(Netlink.FindLink("flannel.1"));
    }

    [Fact]
    public void A_change_to_a_port_that_another_device_has_leaves_ours_as_it_is()
    {
        Ensure(port: 8000);
        var before = Device;
        Netlink.CreateVxlan(new MetadataTunnel { Name = "flannel.1", Port = 8472 });
        Assert.StartsWith("Conflict: routing tunnel: UDP port 8472 for cilium_vxlan is taken on this machine: device flannel.1 ", Refusal(), StringComparison.Ordinal);
        Assert.Equal(before, Device);
    }

    [Theory]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)]
    public void A_port_that_a_program_has_is_said_and_nothing_is_left(AddressFamily family)
    {
        using var socket = _node.Namespace.Run(() => new Socket(family, SocketType.Dgram, ProtocolType.Udp));
        socket.Bind(new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 8472));
        Assert.Equal(
            "Conflict: routing tunnel: UDP port 8472 for cilium_vxlan is taken on this machine: a program has it (ss -lunp sport = :8472 names it). Stop the other user, or choose another port, the same on every node (routing:tunnel:port).",
            Refusal());
        Assert.Null(Device);
        socket.Dispose();
        Ensure();
        Assert.True(Device!.IsUp);
    }

    [Fact]
    public void A_kernel_without_geneve_is_said_to_have_none_and_what_to_take_instead()
    {
        try
        {
            new OverlayDevice(Netlink, Tunnels.Settings(TunnelProtocol.Geneve)).Ensure();
        }
        catch (CiliumException error)
        {
            Assert.Equal(
                (ErrorKind.Unsupported, "routing tunnel: create geneve cilium_geneve at port 6081: Operation not supported (Unknown device type). This kernel has no devices of type geneve: it needs CONFIG_GENEVE, built in or as the module geneve. Nothing was made. Load it, or set routing:tunnel:protocol to vxlan on every node."),
                (error.Kind, error.Message));
            Assert.Null(Netlink.FindLink("cilium_geneve"));
            return;
        }

        Assert.Equal(("geneve", 6081, true), (Netlink.FindLink("cilium_geneve")!.Kind, Netlink.FindLink("cilium_geneve")!.Tunnel!.Port, Netlink.FindLink("cilium_geneve")!.IsUp));
    }

    [Fact]
    public async Task The_backend_makes_it_in_its_own_namespace_once_and_again_when_it_is_gone()
    {
        await using var routing = Tunnels.Routing(Tunnels.Settings());
        for (var round = 0; round < 2; round++)
        {
            await _node.Namespace.Run(() => routing.InitializeAsync(TestContext.Current.CancellationToken).AsTask());
            Assert.True(Device!.IsUp);
            Netlink.DeleteLink("cilium_vxlan");
        }
    }

    public void Dispose() => _node.Dispose();

    private void Ensure(int? port = null) => new OverlayDevice(Netlink, Tunnels.Settings(port: port)).Ensure();

    private string Refusal()
    {
        var error = Assert.Throws<CiliumException>(() => Ensure());
        return $"{error.Kind}: {error.Message}";
    }
}
