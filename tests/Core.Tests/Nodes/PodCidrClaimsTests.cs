using System.Text;
using Cilium.Framework.Core.Tests.Store;
using Cilium.Framework.Health;
using Cilium.Framework.Ipam;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Nodes;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.Tests.Nodes;

/// <summary>Nodes that share a store never have one range twice, and each keeps its own.</summary>
public sealed class PodCidrClaimsTests : StoreNodes
{
    private static readonly IpamClusterPool Four = new(IpPrefix.Parse("10.4.0.0/22"), 24);
    private static readonly IpamClusterPool Six = new(IpPrefix.Parse("fd00::/104"), 120);

    private Task<StoreNode> NodeAsync(int number, params IpamClusterPool[] pools) => NodeAsync(number, TimeSpan.FromMinutes(1), pools);

    private async Task<StoreNode> NodeAsync(int number, TimeSpan lease, params IpamClusterPool[] pools)
    {
        // A node that is there already: nobody takes the store for one that has lost its content.
        await PutAsync(new NodeKey("default", "ever").StoreKey, "{}");
        var node = new StoreNode(Content, number, Folder[$"state{number}"], lease: lease, pools: pools).Start();
        Nodes.Add(node);
        return node;
    }

    private static List<IpPrefix> RangesOf(StoreNode node) => [.. node.Tables.PodCidrs.Select(row => row.Cidr).Order()];

    private static (HealthLevel, string) HealthOf(StoreNode node) => node.Health.Snapshot().SingleOrDefault(report => report.Path == "pod-cidrs") is { } report ? (report.Level, report.Message) : default;

    private static Task HasAsync(StoreNode node, int ranges) => Eventually.TrueAsync(() => node.Tables.PodCidrs.Count == ranges, $"{node.Key} has {ranges} ranges");

    private async Task PutAsync(string key, string value) => await Anybody.CommitAsync([], [new KvOperation.Put(key, Encoding.UTF8.GetBytes(value))], Ct);

    private async Task DeleteAsync(IpPrefix range) => await Anybody.CommitAsync([], [new KvOperation.Delete(StoredPodCidrRow.Folder + range)], Ct);

    private async Task<string?> OwnerAsync(IpPrefix range) => await Anybody.GetAsync(StoredPodCidrRow.Folder + range, Ct) is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : null;

    [Fact]
    public async Task Nodes_that_start_together_get_a_range_of_each_family_and_none_twice()
    {
        var nodes = await Task.WhenAll(Enumerable.Range(1, 4).Select(number => NodeAsync(number, Four, Six)));
        foreach (var node in nodes)
            await HasAsync(node, 2);
        var ranges = nodes.SelectMany(RangesOf).ToList();
        Assert.Equal(8, ranges.Distinct().Count());
        Assert.Equal(4, ranges.Count(Four.Cidr.Contains));
        Assert.Equal("default/node1", await OwnerAsync(RangesOf(nodes[0])[0]));
        await Eventually.TrueAsync(() => nodes[3].Tables.Nodes[nodes[0].Key] is { IPv4PodCidr: not null, IPv6PodCidr: not null }, "others learn of the ranges");
    }

    [Fact]
    public async Task When_every_range_is_taken_it_is_said_and_one_that_becomes_free_is_claimed()
    {
        for (var number = 1; number <= 4; number++)
            await HasAsync(await NodeAsync(number, TimeSpan.FromSeconds(1), Four), 1);
        var fifth = await NodeAsync(5, Four);
        const string Said = "no range is left for default/node5 in 10.4.0.0/22 by /24: its endpoints get no address there. "
            + "Remove the claims of nodes that are gone (cilium kvstore get --recursive cilium/framework/v1/pod-cidrs/), or add a pool.";
        await Eventually.TrueAsync(() => HealthOf(fifth) == (HealthLevel.Degraded, Said), "it is said");
        var gone = Nodes[0];
        await gone.DisposeAsync();
        await DeleteAsync(RangesOf(gone)[0]);
        // Once its lease has run out the node does not say any more either that the range is its own.
        await HasAsync(fifth, 1);
        Assert.Equal(RangesOf(gone), RangesOf(fifth));
        await Eventually.TrueAsync(() => HealthOf(fifth) == (HealthLevel.Ok, $"this node has {RangesOf(fifth)[0]}"), "all is well");
    }

    [Fact]
    public async Task A_restarted_node_has_its_range_before_the_store_answers_and_one_that_forgot_finds_it_there()
    {
        var node = await NodeAsync(1, Four);
        await HasAsync(node, 1);
        var range = RangesOf(node);
        await node.DisposeAsync();
        var again = new StoreNode(Content, 1, Folder["state1"], pools: Four);
        Assert.Equal(range, RangesOf(again));
        await again.DisposeAsync();
        Directory.Delete(Folder["state1"], recursive: true);
        var forgetful = await NodeAsync(1, Four);
        await HasAsync(forgetful, 1);
        Assert.Equal(range, RangesOf(forgetful));
        Assert.Single(await Anybody.ListAsync(StoredPodCidrRow.Folder, Ct));
    }

    [Fact]
    public async Task A_claim_that_vanishes_is_written_again_at_once()
    {
        var node = await NodeAsync(1, Four);
        await HasAsync(node, 1);
        await DeleteAsync(RangesOf(node)[0]);
        await Eventually.TrueAsync(async () => await OwnerAsync(RangesOf(node)[0]) == "default/node1", "it is back");
        Assert.Single(RangesOf(node));
    }

    [Fact]
    public async Task A_range_that_another_node_took_meanwhile_is_replaced()
    {
        var node = await NodeAsync(1, Four);
        await HasAsync(node, 1);
        var lost = RangesOf(node)[0];
        await node.DisposeAsync();
        await PutAsync(StoredPodCidrRow.Folder + lost, "default/other");
        var again = await NodeAsync(1, Four);
        await Eventually.TrueAsync(() => RangesOf(again) is [var range] && range != lost, "it has another");
        Assert.Equal("default/other", await OwnerAsync(lost));
    }

    [Fact]
    public async Task What_others_have_of_another_size_or_without_a_claim_is_not_claimed()
    {
        await PutAsync(StoredPodCidrRow.Folder + "10.4.0.0/23", "default/large");
        await PutAsync(new NodeKey("default", "static").StoreKey, """{"Name":"static","Cluster":"default","IPv4AllocCIDR":{"IP":"10.4.2.0","Mask":"////AA=="}}""");
        var node = await NodeAsync(1, Four);
        await HasAsync(node, 1);
        Assert.Equal([IpPrefix.Parse("10.4.3.0/24")], RangesOf(node));
    }

    [Fact]
    public async Task Of_two_claims_of_different_sizes_made_at_once_the_later_gives_way()
    {
        var keys = new PodCidrKeys(new Framework.Store.StoreCalls(Anybody, TimeProvider.System), new NodeKey("default", "late"));
        await PutAsync(StoredPodCidrRow.Folder + "10.4.0.0/23", "default/early");
        Assert.False(await keys.TakeAsync(IpPrefix.Parse("10.4.1.0/24"), Ct));
        Assert.Null(await OwnerAsync(IpPrefix.Parse("10.4.1.0/24")));
        Assert.True(await keys.TakeAsync(IpPrefix.Parse("10.4.2.0/24"), Ct));
        Assert.True(await keys.TakeAsync(IpPrefix.Parse("10.4.2.0/24"), Ct));
        Assert.Equal([IpPrefix.Parse("10.4.2.0/24")], await keys.ReleaseAsync(Ct));
        Assert.Null(await OwnerAsync(IpPrefix.Parse("10.4.2.0/24")));
        Assert.Equal("default/early", await OwnerAsync(IpPrefix.Parse("10.4.0.0/23")));
    }
}
