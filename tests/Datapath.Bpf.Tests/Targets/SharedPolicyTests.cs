namespace Cilium.Framework.Datapath.Bpf.Tests.Targets;

/// <summary>Replicas share one realised policy: what a change of rules costs does not grow with their number, nor with the number of its entries.</summary>
public sealed class SharedPolicyTests
{
    private const uint Subject = 1001;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(8, 1)]
    [InlineData(8, 500)]
    public void A_change_of_a_policy_writes_each_shared_map_once(int replicas, int entries)
    {
        using var node = new TestNode();
        for (var i = 1; i <= replicas; i++)
            node.AddEndpoint((ushort)i, Subject, $"10.90.0.{10 + i}", null, Entries.In(7));

        // Counters, entries; the header when the change is announced, switched and finished, with the number of each and the announcement itself.
        var before = node.Datapath.MapWriteCount;
        node.Policy(Subject, [.. Enumerable.Range(0, entries).Select(i => Entries.In(100 + (uint)i))]);
        Assert.InRange(node.Datapath.MapWriteCount - before, 1, 8);

        before = node.Datapath.MapWriteCount;
        node.Policy(Subject, [.. Enumerable.Range(0, entries).Select(i => Entries.In(100 + (uint)i))]);
        Assert.Equal(before, node.Datapath.MapWriteCount);
    }
}
