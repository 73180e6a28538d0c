using Cilium.Framework.Endpoints;
using Cilium.Framework.Identities;
using Cilium.Framework.IpCache;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Labels;
using Cilium.Framework.Nodes;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.Tests.Store;

/// <summary>Nodes that share a store agree on numbers and learn of each other, also when the store loses everything.</summary>
public sealed class StoreSideTests : StoreNodes
{
    private async Task<StoreNode> NodeAsync(int number, bool hostsOperator = false, TimeSpan? lease = null)
    {
        // So that nobody takes the store for one that has lost its content.
        await Anybody.CommitAsync([], [new KvOperation.Put(IdentityKeys.Number(new(999)), IdentityKeys.Plain.Value(LabelSet.Parse("k8s:app=ever")))], Ct);
        var node = new StoreNode(Content, number, Folder[$"state{number}"], hostsOperator, lease).Start();
        Nodes.Add(node);
        return node;
    }

    private async Task<SortedDictionary<string, string>> ContentAsync() =>
        new((await Anybody.ListAsync("cilium/state/", Ct)).ToDictionary(entry => entry.Key, entry => System.Text.Encoding.UTF8.GetString(entry.Value.Span)), StringComparer.Ordinal);

    private async Task WipeAsync()
    {
        foreach (var chunk in (await Anybody.ListAsync("", Ct)).Chunk(64))
            await Anybody.CommitAsync([], [.. chunk.Select(entry => new KvOperation.Delete(entry.Key))], Ct);
    }

    private Task HoldsAsync(SortedDictionary<string, string> content) => Eventually.TrueAsync(
        async () => (await ContentAsync()).SequenceEqual(content), "the store holds what it held");

    [Fact]
    public async Task Nodes_learn_of_each_other_and_of_the_addresses_of_all_workloads()
    {
        var (one, two) = (await NodeAsync(1), await NodeAsync(2));
        var web = await one.AddAsync(7, "k8s:app=web");
        Assert.Equal(web, await two.AddAsync(8, "k8s:app=web"));
        var db = await two.AddAsync(9, "k8s:app=db");
        Assert.NotEqual(web, db);
        await Eventually.TrueAsync(() => one.Tables.Nodes.Count == 2 && two.Tables.Nodes.Count == 2 && one.Tables.StoredIps.Count == 3, "each sees two nodes and three addresses");
        Assert.Equal(new StoredIpRow(IpPrefix.Parse("10.2.0.9"), db, two.Address, "cilium-global:default:node2:9"), one.Tables.StoredIps[IpPrefix.Parse("10.2.0.9")]);
        Assert.Equal(NodeOrigin.Local, one.Tables.Nodes[one.Key]!.Origin);
        Assert.Equal(IpPrefix.Parse("10.2.0.0/24"), one.Tables.Nodes[two.Key]!.IPv4PodCidr);
        two.Remove(9);
        await Eventually.TrueAsync(() => one.Tables.StoredIps.Count == 2, "the address of a workload that is gone is gone");
    }

    [Fact]
    public async Task A_new_label_set_costs_one_round_trip_one_that_others_have_two_and_one_that_is_held_none()
    {
        var (one, two) = (await NodeAsync(1), await NodeAsync(2));
        await one.AddAsync(1, "k8s:app=first");
        await two.AddAsync(1, "k8s:app=second");
        await Eventually.TrueAsync(() => one.Tables.StoredIdentities.Count == 3 && two.Tables.Publications.Rows.All(row => row.IsDone) && one.Tables.Publications.Rows.All(row => row.IsDone), "everything is quiet");

        async Task<int> CostAsync(StoreNode node, string labels)
        {
            var (before, set) = (node.Store.Calls, LabelSet.Parse(labels.Split(',')));
            node.Tables.EndpointRequests.Upsert(new EndpointRequest { Id = 77, Device = "lxc77", IfIndex = 77, Mac = new(1), HostMac = new(2), Labels = set, IdentityLabels = set });
            await Eventually.TrueAsync(() => node.Tables.IdentityClaims[set]?.Id is not null, $"{labels} has a number");
            var cost = node.Store.Calls - before;
            node.Tables.EndpointRequests.Remove(77);
            return cost;
        }

        Assert.Equal(1, await CostAsync(one, "k8s:app=new"));
        Assert.Equal(2, await CostAsync(two, "k8s:app=first"));
        Assert.Equal(0, await CostAsync(one, "k8s:app=first"));
    }

    [Fact]
    public async Task Everything_is_back_within_a_second_after_the_store_has_lost_it_with_the_same_numbers()
    {
        var (one, two) = (await NodeAsync(1), await NodeAsync(2));
        var (web, db) = (await one.AddAsync(7, "k8s:app=web"), await two.AddAsync(8, "k8s:app=db"));
        await two.AddAsync(9, "k8s:app=web");
        await Eventually.TrueAsync(() => two.Tables.StoredIps.Count == 3 && one.Tables.StoredIdentities.Count == 3, "the nodes have seen everything");
        var before = await ContentAsync();
        Assert.Equal(3 + 3 + 2 + 3, before.Count);

        var quickest = TimeSpan.MaxValue;
        // Others use the machine too: of three times the quickest says what the nodes need.
        for (var time = 0; time < 3 && quickest > TimeSpan.FromSeconds(1); time++)
        {
            await WipeAsync();
            var started = TimeProvider.System.GetTimestamp();
            // What somebody uses, at once; what nobody uses, when its users had their time.
            await Eventually.TrueAsync(async () => (await ContentAsync()).Count >= before.Count - 1, "what is in use is back");
            quickest = new[] { quickest, TimeProvider.System.GetElapsedTime(started) }.Min();
            await HoldsAsync(before);
        }

        Assert.InRange(quickest, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Equal((web, db), (one.Tables.IdentityClaims[LabelSet.Parse("k8s:app=web")]!.Id, two.Tables.IdentityClaims[LabelSet.Parse("k8s:app=db")]!.Id));
    }

    [Fact]
    public async Task A_number_that_was_collected_is_not_brought_back()
    {
        var one = await NodeAsync(1);
        await Eventually.TrueAsync(() => one.Tables.StoredIdentities.Count == 1, "the number was seen");
        var two = await NodeAsync(2, hostsOperator: true);
        await Eventually.TrueAsync(() => one.Tables.StoredIdentities.Count == 0 && two.Tables.StoredIdentities.Count == 0, "it is forgotten");
        Assert.Empty(await Anybody.ListAsync(IdentityKeys.Numbers, Ct));
        Assert.Single(await Anybody.ListAsync(IdentityKeys.Collected, Ct));
    }

    [Fact]
    public async Task Of_many_that_could_collect_one_has_its_turn()
    {
        var one = await NodeAsync(1, hostsOperator: true);
        await Eventually.TrueAsync(() => one.Tables.StoredIdentities.IsInitialized && one.Tables.StoredIdentities.Count == 0, "the first has collected");
        var two = await NodeAsync(2, hostsOperator: true);
        await Eventually.TrueAsync(() => two.Tables.Publications.Rows.Count == 1 && two.Tables.Publications.Rows.All(row => row.IsDone), "the second is at work");
        Assert.Equal("default/node1", System.Text.Encoding.UTF8.GetString((await Anybody.GetAsync(IdentityCollection.TurnKey, Ct))!.Value.Span));
        // What came after the first one's turn waits for the next.
        Assert.NotNull(await Anybody.GetAsync(IdentityKeys.Number(new(999)), Ct));
    }

    [Fact]
    public async Task A_key_that_somebody_deletes_is_back_at_once()
    {
        var (one, two) = (await NodeAsync(1), await NodeAsync(2));
        await one.AddAsync(7, "k8s:app=web");
        await Eventually.TrueAsync(() => two.Tables.StoredIps.Count == 1 && two.Tables.Nodes.Count == 2 && one.Tables.StoredNodes.Count == 2, "they know each other");
        var before = await ContentAsync();
        await Anybody.CommitAsync([], [new KvOperation.Delete("cilium/state/nodes/v1/default/node1"), new KvOperation.Delete("cilium/state/ip/v1/default/10.1.0.7")], Ct);
        await HoldsAsync(before);
    }

    [Fact]
    public async Task What_a_node_that_died_left_goes_with_its_lease_and_stays_when_it_comes_back_in_time()
    {
        var (one, two) = (await NodeAsync(1), await NodeAsync(2, lease: TimeSpan.FromSeconds(2)));
        var web = await two.AddAsync(7, "k8s:app=web");
        await Eventually.TrueAsync(() => one.Tables.StoredIps.Count == 1 && one.Tables.Nodes.Count == 2, "the node is known");

        await Nodes[1].DisposeAsync();
        var again = new StoreNode(Content, 2, Folder["state2"], lease: TimeSpan.FromSeconds(2)).Start();
        Nodes[1] = again;
        Assert.Equal(web, await again.AddAsync(7, "k8s:app=web"));
        // The former process's lease has run out when one has that was granted after it, for as long, and was never renewed.
        await using (var later = await Anybody.GrantLeaseAsync(TimeSpan.FromSeconds(2), Ct))
            await Anybody.CommitAsync([], [new KvOperation.Put("later", ReadOnlyMemory<byte>.Empty, later)], Ct);
        await Eventually.TrueAsync(async () => await Anybody.GetAsync("later", Ct) is null, "the former lease has run out");
        Assert.Equal((1, 2), (one.Tables.StoredIps.Count, one.Tables.Nodes.Count));

        await again.DisposeAsync();
        await Eventually.TrueAsync(() => one.Tables.StoredIps.Count == 0 && one.Tables.Nodes.Count == 1, "the node is gone");
        Assert.Empty(await Anybody.ListAsync(IdentityKeys.Uses, Ct));
    }

    [Fact]
    public async Task A_node_removes_what_it_published_before_and_no_longer_has_and_nothing_of_others()
    {
        var before = new StoreNode(Content, 1, Folder["state1"]).Start();
        Nodes.Add(before);
        await before.AddAsync(7, "k8s:app=web");
        await before.AddAsync(8, "k8s:app=web");
        await Eventually.TrueAsync(async () => (await Anybody.ListAsync(StoredIpRow.Folder, Ct)).Count == 2, "both addresses are published");
        await before.DisposeAsync();
        // Another node has the address of one of them by now.
        await Anybody.CommitAsync([], [new KvOperation.Put("cilium/state/ip/v1/default/10.1.0.8", """{"IP":"10.1.0.8","Mask":null,"HostIP":"192.168.0.9","ID":1000,"Metadata":""}"""u8.ToArray())], Ct);
        Nodes[0] = new StoreNode(Content, 1, Folder["state1"]).Start();
        await Eventually.TrueAsync(async () => (await Anybody.ListAsync(StoredIpRow.Folder, Ct)).Select(entry => entry.Key).SequenceEqual(["cilium/state/ip/v1/default/10.1.0.8"]), "only the address that it no longer has is gone");
    }
}
