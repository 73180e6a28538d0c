using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;

namespace Cilium.Framework.Datapath.Bpf.Tests.Maps;

/// <summary>Every object, with every combination of families, is accepted by the verifier.</summary>
[Trait("Needs", "Root")]
public sealed class VerifierTests
{
    /// <summary>What the verifier follows in the two programs of endpoints together. On the machine of bench/results/datapath.md that takes 35 (lru) and 48 ms (table) of 60;
    /// time differs from machine to machine, the number of instructions only from kernel to kernel: before 6.6 the verifier recognises fewer states that it has seen
    /// (48,556 with the hash on 6.1).</summary>
    private const uint PairInstructionsLru = 32_000, PairInstructionsTable = 51_000;

    /// <summary>verified_insns of struct bpf_prog_info (linux/bpf.h).</summary>
    private const int InfoBytes = 256, VerifiedOffset = 216;

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
    public void The_verifier_follows_few_instructions_of_the_pair_of_programs(bool table)
    {
        using var node = new TestNode(settings: Variant.Settings with { ConntrackTable = table });

        var followed = VerifiedInstructions(node, ProgramSet.FromEndpoint) + VerifiedInstructions(node, ProgramSet.ToEndpoint);

        var isOld = Environment.OSVersion.Version < new Version(6, 6);
        Assert.InRange(followed, 1u, (table ? PairInstructionsTable : PairInstructionsLru) * (isOld ? 2u : 1u));
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

    private static unsafe uint VerifiedInstructions(TestNode node, string name)
    {
        var info = stackalloc byte[InfoBytes];
        new Span<byte>(info, InfoBytes).Clear();
        uint length = InfoBytes;
        Assert.Equal(0, LibBpf.GetInfo(node.Datapath.State.Programs[name].Descriptor.Value, info, &length));
        return *(uint*)(info + VerifiedOffset);
    }
}
