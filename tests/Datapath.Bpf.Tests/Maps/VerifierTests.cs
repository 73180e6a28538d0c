using System.Runtime.InteropServices;
using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;

namespace Cilium.Framework.Datapath.Bpf.Tests.Maps;

/// <summary>Every object, with every combination of families, is accepted by the verifier.</summary>
[Trait("Needs", "Root")]
public sealed partial class VerifierTests
{
    /// <summary>The goal for the two programs of endpoints together. Processor time of the best of several loads: the machine may be doing other things.</summary>
    private const double PairMilliseconds = 60;
    private const int Loads = 12;
    private const int ThreadProcessorTime = 3;

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(true, false, true)]
    [InlineData(false, true, false)]
    [InlineData(false, true, true)]
    [InlineData(true, true, false)]
    [InlineData(true, true, true)]
    public void All_objects_load(bool ipv4, bool ipv6, bool table)
    {
        using var node = new TestNode(ipv4, ipv6, Variant.Settings with { ConntrackTable = table });

        foreach (var name in ProgramSet.Attached)
            Assert.Equal(name, node.Datapath.State.Programs[name].Kernel.Name);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_pair_of_programs_loads_in_time(bool table)
    {
        using var node = new TestNode(settings: Variant.Settings with { ConntrackTable = table });

        var best = new[] { ProgramSet.FromEndpoint, ProgramSet.ToEndpoint }.Sum(name => Enumerable.Range(0, Loads).Min(_ => MillisecondsToLoad(node, name)));

        Assert.InRange(best, 1, PairMilliseconds);
    }

    [Theory]
    [InlineData(true, false, false, true)]
    [InlineData(true, false, true, false)]
    [InlineData(false, true, false, true)]
    [InlineData(false, true, true, false)]
    [InlineData(true, true, false, false)]
    [InlineData(true, true, false, true)]
    [InlineData(true, true, true, false)]
    [InlineData(true, true, true, true)]
    public void All_objects_load_while_connections_move(bool ipv4, bool ipv6, bool fromTable, bool toTable)
    {
        using var node = new TestNode(ipv4, ipv6, Variant.Settings with { ConntrackTable = fromTable });

        node.Restart(node.Settings with { ConntrackTable = toTable, ConntrackMax = 4096 }, holdsMigration: true);

        // from_host asks for no connection.
        var (programs, previous) = (node.Datapath.State.Programs, node.Datapath.State.Maps.Previous.Newest!);
        var old = Native.KernelMap.Of(previous.MapOf(fromTable ? "cilium_old_set4" : "cilium_old_ct4")!.Value).Id;
        Assert.All(ProgramSet.Attached.Except([ProgramSet.FromHost]), name => Assert.Contains(old, programs[name].Kernel.Maps));
        using (programs.LoadMover(previous))
            programs.ForgetPrevious();
        Assert.All(ProgramSet.Attached, name => Assert.DoesNotContain(old, programs[name].Kernel.Maps));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_family_that_is_not_enabled_is_dropped(bool ipv4)
    {
        using var node = new TestNode(ipv4, !ipv4);
        var pod = node.AddEndpoint(1, 1001, "10.90.1.1", "fd90::a:1", Entries.AllOut, Entries.AllIn);

        Assert.Equal(ipv4 ? DropReason.None : DropReason.UnsupportedL3, node.From(pod, Frames.UdpFrom(pod, "192.0.2.7", 1, 2)).Reason);
        Assert.Equal(ipv4 ? DropReason.UnsupportedL3 : DropReason.None, node.From(pod, Frames.UdpFrom(pod, "2001:db8::7", 1, 2)).Reason);
    }

    private static double MillisecondsToLoad(TestNode node, string name)
    {
        using var opened = BpfObject.Open(Path.Combine(Variant.Objects, "bpf", name + ".o"), node.Settings.BpfFs);
        foreach (var (mapName, map) in opened.Maps().Where(map => LibBpf.MapPinPath(map.Map) != 0))
        {
            using var pinned = BpfDescriptor.OpenPinned(Path.Combine(node.Settings.BpfFs, mapName));
            if (pinned is not null)
                Assert.Equal(0, LibBpf.SetMapMaxEntries(map, KernelMap.Of(pinned.Value).MaxEntries));
        }

        foreach (var (_, map) in opened.Maps().Where(map => map.Name.StartsWith(Bpf.Conntrack.PreviousConnections.Prefix, StringComparison.Ordinal)))
            Assert.Equal(0, LibBpf.SetMapAutoCreate(map, false));
        opened.Configure(node.Datapath.Config());
        var start = ProcessorTime();
        opened.Load();
        return (ProcessorTime() - start).TotalMilliseconds;
    }

    private static unsafe TimeSpan ProcessorTime()
    {
        Span<long> time = stackalloc long[2];
        fixed (long* pointer = time)
            Assert.Equal(0, GetTime(ThreadProcessorTime, pointer));
        return TimeSpan.FromSeconds(time[0]) + TimeSpan.FromMicroseconds(time[1] / 1000);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static unsafe partial int GetTime(int clock, long* time);
}
