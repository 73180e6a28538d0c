using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Datapath.Bpf.Tests.Targets;

/// <summary>Filters and links: which is where, and how one takes the place of the other.</summary>
public sealed class AttachModeTests : TwoEndpoints
{
    private TcFilter Filter => new(Node.Settings.BpfFs, Client.Row.IfIndex, TcHook.Ingress);

    private TcxFilter Link => new(Node.Settings.BpfFs, Client.Row.IfIndex, TcHook.Ingress);

    [Fact]
    public void A_change_of_mode_moves_every_program_and_leaves_none_twice()
    {
        NeedsTcx();
        foreach (var mode in new[] { AttachMode.Tcx, AttachMode.Tc, AttachMode.Tcx, AttachMode.Auto })
        {
            Node.Restart(Node.Settings with { Attach = mode });

            Assert.Equal(mode == AttachMode.Tcx ? ProgramSet.FromEndpoint : null, Node.In(() => Link.Attached()?.Name));
            Assert.Equal(mode == AttachMode.Tcx ? null : ProgramSet.FromEndpoint, Node.In(() => Filter.Attached()?.Name));
            Delivered(Server, Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, 7, 53)));
        }
    }

    [Fact]
    public void Another_build_takes_over_the_link_that_is_there()
    {
        NeedsTcx();
        Node.Restart(Node.Settings with { Attach = AttachMode.Tcx });
        var (pin, before) = (Assert.Single(TcxFilter.Pins(Node.Settings.BpfFs), path => path.EndsWith($"_{Client.Row.IfIndex}_ingress", StringComparison.Ordinal)), Node.In(() => Link.Attached()!.Id));

        Node.Restart(Node.Settings with { Trace = false });

        Assert.NotEqual(before, Node.In(() => Link.Attached()!.Id));
        Assert.True(File.Exists(pin));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(pin));
    }

    [Fact]
    public void A_pin_whose_device_is_gone_is_pruned()
    {
        NeedsTcx();
        Node.Restart(Node.Settings with { Attach = AttachMode.Tcx });
        Assert.Equal(4, TcxFilter.Pins(Node.Settings.BpfFs).Length);
        Shell.Ip($"-n {Node.Name} link del {Server.Device}");

        Node.Restart();

        Assert.Equal(2, TcxFilter.Pins(Node.Settings.BpfFs).Length);
    }

    [Fact]
    public void A_device_that_has_the_number_of_a_former_one_gets_a_link_of_its_own()
    {
        NeedsTcx();
        Node.Restart(Node.Settings with { Attach = AttachMode.Tcx });
        Shell.Ip($"-n {Node.Name} link del {Server.Device}");
        Shell.Ip($"-n {Node.Name} link add {Server.Device} index {Server.Row.IfIndex} type veth peer name again");

        Node.Apply(Server.Row);

        Assert.Equal(ProgramSet.FromEndpoint, Node.Attached(Server.Row.IfIndex, TcHook.Ingress));
    }

    [Fact]
    public void Cleaning_up_takes_links_away()
    {
        NeedsTcx();
        Node.Restart(Node.Settings with { Attach = AttachMode.Tcx });

        var removed = Node.RemoveAll();

        Assert.Contains($"filter of {Client.Device} ingress", removed);
        Assert.Null(Node.Attached(Client.Row.IfIndex, TcHook.Ingress));
    }

    [Fact]
    public void A_foreign_filter_in_our_place_is_reported_and_left_alone()
    {
        Node.Restart(Node.Settings with { Attach = AttachMode.Tc });
        var third = AddDeviceWithForeignFilter();

        var outcome = Node.Try(Node.Datapath.Endpoints, third.Row);

        Assert.Equal(ErrorKind.Conflict, outcome.Kind);
        Assert.Contains("has a filter \"clock.o:[tc]\" (program ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains(") with handle 1 and priority 1 that is not ours. Remove it (tc filter del dev", outcome.Error, StringComparison.Ordinal);
        Assert.Equal("clock.o:[tc]", Node.Attached(third.Row.IfIndex, TcHook.Ingress));
    }

    [Fact]
    public void A_link_stands_beside_a_foreign_filter()
    {
        NeedsTcx();
        Node.Restart(Node.Settings with { Attach = AttachMode.Tcx });
        var third = AddDeviceWithForeignFilter();

        Node.Apply(third.Row);

        Assert.Equal(ProgramSet.FromEndpoint, Node.In(() => new TcxFilter(Node.Settings.BpfFs, third.Row.IfIndex, TcHook.Ingress).Attached()?.Name));
        Assert.Equal("clock.o:[tc]", Node.In(() => new TcFilter(Node.Settings.BpfFs, third.Row.IfIndex, TcHook.Ingress).Attached()?.Name));
    }

    private TestPod AddDeviceWithForeignFilter()
    {
        var device = Node.AddDevice(3, 1003, "10.90.1.3");
        Shell.Run("ip", "netns", "exec", Node.Name, "tc", "qdisc", "add", "dev", device.Device, "clsact");
        Shell.Run("ip", "netns", "exec", Node.Name, "tc", "filter", "add", "dev", device.Device, "ingress", "pref", "1", "handle", "1", "bpf", "da", "obj", Path.Combine(AppContext.BaseDirectory, "bpf", "clock.o"), "sec", "tc");
        return device;
    }

    private static void NeedsTcx() => Assert.SkipUnless(TcxFilter.IsSupported, "this kernel has no tcx (6.6 and newer)");
}
