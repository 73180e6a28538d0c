using Cilium.Framework.Errors;

namespace Cilium.Framework.Datapath.Bpf.Tests.Targets;

/// <summary>Another process takes over what is pinned.</summary>
[Trait("Needs", "Root")]
public sealed class RestartTests : TwoEndpoints
{
    [Fact]
    public void Nothing_that_did_not_change_is_written_again()
    {
        Node.IpCache("192.0.2.0/24", 300);
        Node.AddHostDevice();
        var programs = AttachedPrograms();

        Node.Restart();
        Node.Policy(1001, Entries.AllIn, Entries.AllOut);
        Node.Policy(1002, ServerPolicy);
        Node.Apply(Client.Row);
        Node.Apply(Server.Row);
        Node.IpCache("192.0.2.0/24", 300);
        Node.IpCache(ClientIPv4, 1001);
        Node.AddHostDevice();

        Assert.Equal(0, Node.Datapath.MapWriteCount);
        Assert.Equal(programs, AttachedPrograms());
    }

    [Fact]
    public void Connections_stay_valid()
    {
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80));
        var before = Assert.Single(Node.Connections());

        Node.Restart();

        Delivered(Client, Node.From(Server, Frames.TcpFrom(Server, ClientIPv4, 80, 40000, Frames.Syn | Frames.Ack)));
        Assert.Equal(before.Verdict, Assert.Single(Node.Connections()).Verdict);
    }

    [Fact]
    public void Another_configuration_of_the_programs_takes_the_place_of_the_old_one()
    {
        Node.AddHostDevice();
        var programs = AttachedPrograms();
        var host = Node.In(() => Netlink.RouteNetlink.Open().FindLink("cilium_host")!.Index);
        programs.Add(Node.AttachedId(host, Native.TcHook.Egress)!.Value);

        Node.Restart(Node.Settings with { Trace = false });
        Node.AddHostDevice();

        Assert.Empty(programs.Intersect([.. AttachedPrograms(), Node.AttachedId(host, Native.TcHook.Egress)!.Value]));
        Delivered(Server, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80)));
    }

    [Fact]
    public void State_of_another_layout_is_refused_and_left_as_it_is()
    {
        var revision = Node.Datapath.State.Maps.Revision;
        var value = revision.Get(0);
        Assert.Equal(Bpf.Maps.DatapathLayout.Version, value.Layout);
        revision.Set(0, value with { Layout = 99 });

        var refused = Assert.Throws<Errors.CiliumException>(() => Node.Restart());

        Assert.Equal(Errors.ErrorKind.Conflict, refused.Kind);
        Assert.Contains("has layout 99; this version reads layout 1. Start the version that made it, or run `cilium cleanup --force`", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pins_are_readable_by_their_owner_only()
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

        Assert.Equal(owner | UnixFileMode.UserExecute, File.GetUnixFileMode(Node.Settings.BpfFs) & ~UnixFileMode.StickyBit);
        Assert.All(Directory.EnumerateFiles(Node.Settings.BpfFs), pin => Assert.Equal(owner, File.GetUnixFileMode(pin)));
    }

    [Fact]
    public void The_state_is_readable_without_an_agent_and_empty_before_there_was_one()
    {
        var view = new View.BpfDatapathView(Node.Settings.BpfFs);
        Assert.Equal(2, TestNode.Done(view.ListEndpointsAsync(default)).Count);

        var nowhere = new View.BpfDatapathView(Path.Combine(Node.Settings.BpfFs, "nowhere"));

        Assert.Empty(TestNode.Done(nowhere.ListEndpointsAsync(default)));
        Assert.Empty(TestNode.Done(nowhere.ListConnectionsAsync(default)));
        Assert.Empty(TestNode.Done(nowhere.ListMetricsAsync(default)));
    }

    [Fact]
    public void An_object_that_is_missing_is_named()
    {
        using var empty = new TemporaryFolder();

        var failure = Assert.Throws<CiliumException>(() => Node.Restart(pluginDirectory: empty.Path));

        Assert.Equal($"The BPF object {empty["bpf/insert.o"]} is missing: the plugin's folder is not complete. Install it again.", failure.Message);
    }

    private List<uint> AttachedPrograms() => [.. new[] { Client, Server }
        .SelectMany(pod => new[] { Native.TcHook.Ingress, Native.TcHook.Egress }.Select(point => Node.AttachedId(pod.Row.IfIndex, point)!.Value))];
}
