using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Datapath.Bpf.Tests.Targets;

/// <summary>Filters are recognised without CAP_SYS_ADMIN: by what is pinned, and by what they say of themselves.</summary>
[Trait("Needs", "Root")]
public sealed class OwnProgramsTests : TwoEndpoints
{
    public OwnProgramsTests() => Node.IsConfined = true;

    private BpfSettings Filters => Node.Settings with { Attach = AttachMode.Tc };

    [Fact]
    public void A_thread_of_the_agent_cannot_open_a_program_by_its_number()
    {
        var id = Node.Datapath.State.Programs[ProgramSet.FromEndpoint].Kernel.Id;

        Assert.Null(Node.In(() => KernelProgram.WithId(id)));
        Assert.Equal(ProgramSet.FromEndpoint, Node.In(() => OwnPrograms.Find(Node.Settings.BpfFs, id)?.Name));
        Assert.Equal(ProgramSet.FromEndpoint, KernelProgram.WithId(id)?.Name);
    }

    [Fact]
    public void Filters_of_builds_before_are_known_until_no_device_has_them()
    {
        Node.Restart(Filters);
        var first = Node.AttachedId(Server.Row.IfIndex, TcHook.Ingress)!.Value;
        Node.Datapath.State.Maps.Endpoints.Set(Server.Id, default);

        // Two builds come and go while that device belongs to no endpoint, so that nobody attaches to it.
        Node.Restart(Filters with { Trace = false });
        Node.Restart(Filters with { DropEventsPerSecond = 7 });
        Assert.Equal(first, Node.AttachedId(Server.Row.IfIndex, TcHook.Ingress));
        Assert.Equal(ProgramSet.FromEndpoint, Node.Attached(Server.Row.IfIndex, TcHook.Ingress));
        Node.Prune(Node.Datapath.Devices);
        Assert.Equal([$"prog_from_endpoint_was_{first}"], Kept(ProgramSet.FromEndpoint));

        Node.Apply(Server.Row);
        Assert.NotEqual(first, Node.AttachedId(Server.Row.IfIndex, TcHook.Ingress));
        Node.Prune(Node.Datapath.Devices);
        Assert.Empty(Directory.GetFiles(Node.Settings.BpfFs, "*_was_*"));
    }

    [Fact]
    public void A_filter_of_this_build_whose_pin_is_lost_is_taken_over()
    {
        Node.Restart(Filters);
        var before = Node.AttachedId(Client.Row.IfIndex, TcHook.Ingress)!.Value;
        File.Delete(ProgramSet.PinOf(Node.Settings.BpfFs, ProgramSet.FromEndpoint));

        Node.Restart();

        Assert.NotEqual(before, Node.AttachedId(Client.Row.IfIndex, TcHook.Ingress));
        Delivered(Server, Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, 7, 53)));
    }

    [Fact]
    public void A_clean_up_finds_filters_whose_pins_are_lost()
    {
        Node.Restart(Filters);
        foreach (var pin in Directory.GetFiles(Node.Settings.BpfFs, "prog_*"))
            File.Delete(pin);

        var removed = Node.RemoveAll();

        Assert.Contains($"filter of {Client.Device} ingress", removed);
        Assert.Contains($"filter of {Client.Device} egress", removed);
    }

    [Fact]
    public void Who_may_not_mount_is_told_what_to_do()
    {
        using var folder = new TemporaryFolder();

        var refused = Assert.Throws<CiliumException>(() => Node.In(() => BpfFileSystem.Ensure(folder["bpffs"])));

        Assert.Equal(ErrorKind.Denied, refused.Kind);
        Assert.Equal(
            $"Cannot mount a BPF file system at {folder["bpffs"]}: Operation not permitted (errno 1). Mount it before the agent starts: mount -t bpf cilium-framework {folder["bpffs"]} -o mode=0700. An agent that starts as root with every capability does it by itself.",
            refused.Message);
    }

    private string[] Kept(string name) => [.. Directory.GetFiles(Node.Settings.BpfFs, $"prog_{name}_was_*").Select(path => Path.GetFileName(path))];
}
