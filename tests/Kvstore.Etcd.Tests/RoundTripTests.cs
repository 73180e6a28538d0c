using Cilium.Framework.Labels;

namespace Cilium.Framework.Kvstore.Etcd.Tests;

/// <summary>What a number costs, counted on the way to the server.</summary>
[Trait("Needs", "Root")]
public sealed class RoundTripTests(EtcdFixture servers) : IClassFixture<EtcdFixture>, IAsyncLifetime
{
    private static readonly LabelSet Web = LabelSet.Parse("k8s:app=web"), Database = LabelSet.Parse("k8s:app=db");

    public async ValueTask InitializeAsync() => await servers.CleanAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_new_label_set_costs_one_round_trip_and_the_first_one_of_a_node_its_lease_too()
    {
        await using var node = await StartAsync(1);
        Assert.Equal(2, (await node.AllocateAsync(Web)).Requests);
        Assert.Equal(1, (await node.AllocateAsync(Database)).Requests);
    }

    [Fact]
    public async Task A_label_set_that_the_node_uses_already_costs_none()
    {
        await using var node = await StartAsync(1);
        var (id, _) = await node.AllocateAsync(Web);
        Assert.Equal((id, 0), await node.AllocateAsync(Web));
    }

    [Fact]
    public async Task A_label_set_that_another_node_has_a_number_for_costs_a_look_at_who_uses_it_and_the_node_s_own_use()
    {
        await using var first = await StartAsync(1);
        await using var second = await StartAsync(2);
        await second.AllocateAsync(Database);
        var (id, _) = await first.AllocateAsync(Web);
        await Eventually.TrueAsync(() => second.Identities[id] is not null, $"the second node has seen {id}");
        Assert.Equal((id, 2), await second.AllocateAsync(Web));
    }

    private Task<MeteredNode> StartAsync(int number) => MeteredNode.StartAsync(servers.Cluster.Members[0].ClientUrl, $"10.0.0.{number}");
}
