using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Netlink;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Targets;

/// <summary>The device that wraps packets: what arrives is judged before anything is sent.</summary>
[Trait("Needs", "Root")]
public sealed class OverlayDeviceTests : IDisposable
{
    private const string Name = "cilium_vxlan";

    private static readonly DeviceRow Row = new(Name, DeviceRole.Overlay, 1450);

    private readonly TestNode _node = new();
    private readonly RouteNetlink _netlink;

    public OverlayDeviceTests()
    {
        _node.AddOverlay();
        _netlink = RouteNetlink.Open(_node.Namespace);
    }

    public void Dispose()
    {
        _netlink.Dispose();
        _node.Dispose();
    }

    [Fact]
    public void It_gets_the_program_and_its_mtu_and_the_programs_know_it()
    {
        _node.Apply(_node.Datapath.Devices, Row with { Mtu = 1300 });

        var link = _netlink.FindLink(Name)!;
        Assert.Equal(ProgramSet.FromOverlay, _node.Attached(link.Index, TcHook.Ingress));
        Assert.Equal(((uint)link.Index, 1300u, 1300), (Overlay.IfIndex, Overlay.Mtu, link.Mtu));
    }

    [Fact]
    public void It_is_forgotten_with_its_row_and_stays_whoever_made_it()
    {
        var index = _netlink.FindLink(Name)!.Index;

        _node.Delete(_node.Datapath.Devices, Row);

        Assert.Equal(0u, Overlay.IfIndex);
        Assert.Null(_node.Attached(index, TcHook.Ingress));
        Assert.NotNull(_netlink.FindLink(Name));
    }

    [Fact]
    public void It_is_forgotten_with_its_row_also_when_it_is_gone_already()
    {
        _netlink.DeleteLink(Name);

        _node.Delete(_node.Datapath.Devices, Row);

        Assert.Equal(0u, Overlay.IfIndex);
    }

    [Fact]
    public void Pruning_forgets_what_nobody_desires_and_keeps_what_is_desired()
    {
        var index = _netlink.FindLink(Name)!.Index;
        Assert.Equal(0, _node.Prune(_node.Datapath.Devices, Row));
        Assert.Equal((uint)index, Overlay.IfIndex);

        Assert.Equal(1, _node.Prune(_node.Datapath.Devices));

        Assert.Equal(0u, Overlay.IfIndex);
        Assert.Null(_node.Attached(index, TcHook.Ingress));
    }

    [Fact]
    public void One_that_was_made_anew_takes_the_place_of_the_old_one()
    {
        var before = Overlay.IfIndex;
        _netlink.DeleteLink(Name);

        _node.AddOverlay();

        Assert.NotEqual(before, Overlay.IfIndex);
        Assert.Equal((uint)_netlink.FindLink(Name)!.Index, Overlay.IfIndex);
        Assert.Equal(ProgramSet.FromOverlay, _node.Attached((int)Overlay.IfIndex, TcHook.Ingress));
    }

    [Fact]
    public void Another_build_of_the_program_takes_its_place_when_the_agent_starts()
    {
        var before = _node.AttachedId((int)Overlay.IfIndex, TcHook.Ingress);

        _node.Restart(_node.Settings with { Trace = false });
        _node.Apply(_node.Datapath.Devices, Row);

        var after = _node.AttachedId((int)Overlay.IfIndex, TcHook.Ingress);
        Assert.NotNull(after);
        Assert.NotEqual(before, after);
    }

    [Fact]
    public void Removing_everything_takes_the_program_away_and_leaves_the_device()
    {
        var index = (int)Overlay.IfIndex;

        Assert.Contains($"filter of {Name} ingress", _node.RemoveAll());

        Assert.Null(_node.Attached(index, TcHook.Ingress));
        Assert.NotNull(_netlink.FindLink(Name));
    }

    private OverlayValue Overlay => _node.Datapath.State.Maps.Overlay.Get(0);
}
