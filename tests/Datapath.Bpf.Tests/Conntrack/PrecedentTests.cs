namespace Cilium.Framework.Datapath.Bpf.Tests.Conntrack;

/// <summary>A flow is judged as one like it was judged a moment ago, while that verdict holds.</summary>
public sealed class PrecedentTests : TwoEndpoints
{
    // A judgement is remembered by the processor that made it: in every round but a few that is also the next one's.
    private const int Rounds = 20;

    [Fact]
    public void A_new_flow_is_judged_by_the_policy_of_this_moment()
    {
        for (ushort round = 0; round < Rounds; round++)
        {
            Node.Policy(1002, ServerPolicy);
            Delivered(Server, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, (ushort)(1000 + round), 80)));

            Node.Policy(1002, Entries.AllOut);
            Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, (ushort)(2000 + round), 80)));
        }
    }

    [Fact]
    public void A_flow_to_another_port_is_not_judged_by_it()
    {
        for (ushort round = 0; round < Rounds; round++)
        {
            Delivered(Server, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, (ushort)(1000 + round), 80)));
            Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, (ushort)(1000 + round), 81)));
        }
    }

    [Fact]
    public void It_names_the_same_rule_and_counts_for_it()
    {
        for (ushort port = 1; port <= Rounds; port++)
        {
            Delivered(Server, Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, port, 53)));
            Delivered(Client, Node.From(Server, Frames.UdpFrom(Server, ClientIPv4, 53, port)));
        }

        var sides = Node.Datapath.State.Maps.Conntrack4.Entries().Select(entry => (entry.Value.Initiator with { Seen = 0 }, entry.Value.Responder with { Seen = 0 })).ToArray();
        Assert.Equal(Rounds, sides.Length);
        Assert.Single(sides.Distinct());
        Assert.NotEqual(0u, sides[0].Item2.Cookie);
    }
}
