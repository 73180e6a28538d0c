using Cilium.Framework.Datapath.Bpf.Programs;

namespace Cilium.Framework.Datapath.Bpf.Tests.Maps;

/// <summary>Every object, with every combination of families, is accepted by the verifier.</summary>
[Trait("Needs", "Root")]
public sealed class VerifierTests
{
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
    [InlineData(true)]
    [InlineData(false)]
    public void A_family_that_is_not_enabled_is_dropped(bool ipv4)
    {
        using var node = new TestNode(ipv4, !ipv4);
        var pod = node.AddEndpoint(1, 1001, "10.90.1.1", "fd90::a:1", Entries.AllOut, Entries.AllIn);

        Assert.Equal(ipv4 ? DropReason.None : DropReason.UnsupportedL3, node.From(pod, Frames.UdpFrom(pod, "192.0.2.7", 1, 2)).Reason);
        Assert.Equal(ipv4 ? DropReason.UnsupportedL3 : DropReason.None, node.From(pod, Frames.UdpFrom(pod, "2001:db8::7", 1, 2)).Reason);
    }
}
