using Cilium.Framework.Errors;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Suite;

public sealed class EndpointTests : TwoEndpoints
{
    [Fact]
    public void Without_a_policy_everything_from_and_to_it_is_dropped()
    {
        Node.Apply(Server.Row with { Policy = null });

        Dropped(DropReason.PolicyNotReady, Node.From(Server, Frames.UdpFrom(Server, "192.0.2.7", 1, 2)));
        Dropped(DropReason.PolicyNotReady, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80)));
        Dropped(DropReason.PolicyNotReady, Node.To(Server, Frames.UdpTo(Server, "192.0.2.7", 1, 2)));
    }

    [Fact]
    public async Task A_policy_that_is_not_realised_drops_until_it_is()
    {
        Node.Apply(Server.Row with { Policy = new PolicyId(Server.Identity, "other") });
        Dropped(DropReason.PolicyNotReady, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80)));
        Assert.False((await Node.Datapath.View.ListEndpointsAsync(default)).Single(endpoint => endpoint.Id == 2).Enforces);

        Node.Apply(Node.Datapath.Policies, new PolicyRow(new PolicyId(Server.Identity, "other"), PolicyEntrySet.Create([Entries.AllIn])));

        Delivered(Server, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80)));
    }

    [Fact]
    public void An_address_of_another_endpoint_is_refused()
    {
        var third = Node.AddDevice(3, 1003, ServerIPv4);

        var outcome = Node.Try(Node.Datapath.Endpoints, third.Row);

        Assert.Equal(ErrorKind.Conflict, outcome.Kind);
        Assert.Equal($"endpoint 3: its address {ServerIPv4} belongs to endpoint 2. Delete that one first.", outcome.Error);
    }

    [Fact]
    public void Deleting_what_does_not_exist_succeeds() => Node.Delete(Node.Datapath.Endpoints, Server.Row with { Id = 999 });

    [Fact]
    public async Task Pruning_removes_what_nobody_desires()
    {
        Assert.Equal(1, Node.Prune(Node.Datapath.Endpoints, Client.Row));

        Assert.Equal([1], (await Node.Datapath.View.ListEndpointsAsync(default)).Select(endpoint => (int)endpoint.Id));
    }
}
