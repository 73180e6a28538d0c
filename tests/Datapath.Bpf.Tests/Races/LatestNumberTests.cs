using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Races;

/// <summary>A verdict of the last number holds without a further look, but only while no change is under way; one that holds gets the last number.</summary>
public sealed class LatestNumberTests : TwoEndpoints
{
    private MapSet Maps => Node.Datapath.State.Maps;

    private uint Number => Maps.Revision.Get(0).Number;

    [Fact]
    public void While_a_change_is_under_way_the_last_number_alone_lets_nothing_pass()
    {
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80));
        Assert.Equal(Number, Assert.Single(Maps.Conntrack4.Entries()).Value.Verdict);
        using var change = new RevisionChange(Node.Datapath.State.Revision);

        // As the policy's target does to remove an entry: announced, not finished, gone from the map; the number comes later.
        change.Open();
        var (index, header) = Maps.PolicyHeaders.Entries().Single(entry => entry.Value.Subject == 1002);
        Maps.PolicyHeaders.Set(index, header with { ChangedAt = uint.MaxValue });
        Maps.Policies.RemoveMany([.. Maps.Policies.Entries().Select(entry => entry.Key).Where(key => key.Owner == header.Slot && key.Proto == (byte)IpProtocol.Tcp)]);

        Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80, Frames.Ack)));
    }

    [Fact]
    public void A_verdict_that_holds_gets_the_last_number_when_its_connection_is_refreshed()
    {
        Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, 5000, 53));
        Node.Policy(1003, Entries.AllOut);
        var (key, value) = Assert.Single(Maps.Conntrack4.Entries());
        Assert.InRange(value.Verdict, 1u, Number - 1);

        Maps.Conntrack4.Put(key, value with { Expires = Node.Datapath.State.Clock.Now() + 20 });
        Delivered(Server, Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, 5000, 53)));

        Assert.Equal(Number, Assert.Single(Maps.Conntrack4.Entries()).Value.Verdict);
    }

    [Fact]
    public void A_verdict_gets_no_number_of_a_change_that_is_not_finished()
    {
        Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, 5000, 53));
        Node.Policy(1003, Entries.AllOut);
        var (key, value) = Assert.Single(Maps.Conntrack4.Entries());
        Maps.Conntrack4.Put(key, value with { Expires = Node.Datapath.State.Clock.Now() + 20 });
        using var change = new RevisionChange(Node.Datapath.State.Revision);

        change.Open();
        Delivered(Server, Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, 5000, 53)));

        Assert.Equal(value.Verdict, Assert.Single(Maps.Conntrack4.Entries()).Value.Verdict);
    }
}
