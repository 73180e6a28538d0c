using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;

namespace Cilium.Framework.Datapath.Bpf.Tests.Conntrack;

/// <summary>While connections move, packets find those in the old container, and nothing that ended there.</summary>
public sealed class AdoptionTests : MovingNode
{
    public static TheoryData<bool, bool> Ways => new() { { false, false }, { true, false }, { false, true }, { true, true } };

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_reply_that_policy_would_deny_as_a_flow_finds_its_connection_in_the_old_container(bool ipv6, bool fromTable)
    {
        Begin(fromTable);
        Dropped(DropReason.PolicyDenied, Answer(ipv6));
        Establish(ipv6);

        Switch();
        Assert.Empty(InUse());
        Delivered(Client, Answer(ipv6));

        var adopted = Assert.Single(InUse());
        Assert.True(adopted.Flags.HasFlag(ConntrackFlags.Established));
        Assert.Equal(Assert.Single(InOld()).InitiatorIsSecond, adopted.InitiatorIsSecond);
        Dropped(DropReason.PolicyDenied, Answer(ipv6, port: Port + 1));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_connection_that_had_been_closed_is_not_adopted_nor_moved(bool ipv6, bool fromTable)
    {
        Begin(fromTable);
        Establish(ipv6);
        Change(value => value with { Flags = value.Flags | ConntrackFlags.Closed, Expires = Now + 10_000 });

        Switch();

        Dropped(DropReason.PolicyDenied, Answer(ipv6));
        Assert.Equal(0, Finish().Moved);
        Assert.Empty(InUse());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_connection_that_has_expired_is_not_adopted_nor_moved(bool ipv6, bool fromTable)
    {
        Begin(fromTable);
        Establish(ipv6);
        Change(value => value with { Expires = Now - 1 });

        Switch();

        Dropped(DropReason.PolicyDenied, Answer(ipv6));
        Assert.Equal(0, Finish().Moved);
        Assert.Empty(InUse());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_verdict_that_does_not_hold_any_more_is_not_taken_over(bool ipv6, bool fromTable)
    {
        Begin(fromTable);
        Establish(ipv6);
        Establish(ipv6, Port + 1);
        Switch();

        Node.Policy(1002, Entries.AllOut);
        Dropped(DropReason.PolicyDenied, Answer(ipv6));
        Dropped(DropReason.PolicyDenied, Ask(ipv6, Frames.Ack));
        Finish();
        Dropped(DropReason.PolicyDenied, Answer(ipv6, port: Port + 1));

        Node.Policy(1002, ServerPolicy);
        Delivered(Client, Answer(ipv6));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_connection_that_begins_is_known_to_programs_of_before(bool ipv6, bool fromTable)
    {
        Begin(fromTable);
        using var before = BpfDescriptor.OpenPinned(ProgramSet.PinOf(Node.Settings.BpfFs, ProgramSet.FromEndpoint))!;
        Switch();

        Delivered(Server, Ask(ipv6));

        Assert.Equal((1, 1), (InUse().Count, InOld().Count));
        Assert.Equal(VerdictKind.ToEndpoint, Run(before, Server, Frames.TcpFrom(Server, ipv6 ? ClientIPv6 : ClientIPv4, 80, Port, Frames.Syn | Frames.Ack)));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_connection_that_a_program_of_before_has_begun_goes_on_and_is_merged(bool ipv6, bool fromTable)
    {
        Begin(fromTable);
        using var before = BpfDescriptor.OpenPinned(ProgramSet.PinOf(Node.Settings.BpfFs, ProgramSet.FromEndpoint))!;
        Switch();

        Assert.Equal(VerdictKind.ToEndpoint, Run(before, Client, Frames.TcpFrom(Client, ServerOf(ipv6), Port, 80)));
        Delivered(Client, Answer(ipv6, Frames.Syn | Frames.Ack));
        Assert.False(Assert.Single(InUse()).Flags.HasFlag(ConntrackFlags.Established));
        Assert.Equal(VerdictKind.ToEndpoint, Run(before, Client, Frames.TcpFrom(Client, ServerOf(ipv6), Port, 80, Frames.Ack)));
        Finish();

        var moved = Assert.Single(InUse());
        Assert.True(moved.Flags.HasFlag(ConntrackFlags.Established));
        // As long as an established one, not as one that only began.
        Assert.InRange(moved.Expires - Now, KernelClock.Ticks(3600), KernelClock.Ticks(21600));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_connection_that_was_closed_meanwhile_is_not_open_again_afterwards(bool ipv6, bool fromTable)
    {
        Begin(fromTable);
        Establish(ipv6);
        Switch();
        Delivered(Server, Ask(ipv6, Frames.Ack));

        Delivered(Server, Ask(ipv6, Frames.Rst));

        Assert.Equal(ConntrackFlags.Closed, Assert.Single(InOld()).Flags & ConntrackFlags.Closed);
        // As if it had been collected.
        Maps.Conntrack4.Remove((_, _) => true);
        Maps.Conntrack6.Remove((_, _) => true);
        Dropped(DropReason.PolicyDenied, Answer(ipv6));
        Finish();
        Dropped(DropReason.PolicyDenied, Answer(ipv6));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void An_endpoint_that_goes_takes_its_connections_from_both_containers(bool ipv6, bool fromTable)
    {
        Begin(fromTable);
        Establish(ipv6);
        Establish(ipv6, Port + 1);
        Switch();
        Delivered(Client, Answer(ipv6));
        Assert.Equal((1, 2), (InUse().Count, InOld().Count));

        Node.Delete(Node.Datapath.Endpoints, Server.Row);

        Assert.Equal((0, 0), (InUse().Count, InOld().Count));
        Assert.Equal(0, Finish().Moved);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void An_error_about_a_connection_in_the_old_container_belongs_to_it(bool ipv6, bool fromTable)
    {
        Begin(fromTable);
        var packet = ipv6 ? Frames.Ip(ClientIPv6, ServerIPv6, Frames.UdpProtocol, Frames.Udp(5000, 53)) : Frames.Ip(ClientIPv4, ServerIPv4, Frames.UdpProtocol, Frames.Udp(5000, 53));
        var error = ipv6
            ? Frames.Ip(ServerIPv6, ClientIPv6, Frames.IcmpV6, Frames.IcmpMessage(1, 4, 0, packet))
            : Frames.Ip(ServerIPv4, ClientIPv4, Frames.Icmp, Frames.IcmpMessage(3, 3, 0, packet));
        Dropped(DropReason.PolicyDenied, FromServer(error));
        FromClient(packet);

        Switch();

        Delivered(Client, FromServer(error));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_packet_is_counted_once(bool ipv6, bool fromTable)
    {
        Begin(fromTable);
        Establish(ipv6);
        Establish(ipv6, Port + 1);
        Establish(ipv6, Port + 2);
        // One that has ended, with a packet that it has not reported: it stays behind.
        Establish(ipv6, Port + 3);
        Delivered(Server, Ask(ipv6, Frames.Rst, Port + 3));
        Delivered(Server, Ask(ipv6, Frames.Ack, Port + 3));
        Switch();
        Delivered(Client, Answer(ipv6));
        Delivered(Server, Ask(ipv6, Frames.Ack, Port + 1));
        Finish();
        Delivered(Server, Ask(ipv6, Frames.Ack, Port + 2));

        Change(value => value with { Expires = Now - 10 });
        Node.Datapath.State.Collector.Collect();

        var counted = TestNode.Done(Node.Datapath.View.ListPoliciesAsync(default)).Where(entry => entry.Subject.Value == 1002 && entry.Packets > 0).Sum(entry => (long)entry.Packets);
        Assert.Equal(3 + 3 + 3 + (3 + 1 + 1) + 1 + 1 + 1, counted);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_connection_that_is_in_both_containers_is_listed_once(bool ipv6, bool fromTable)
    {
        Begin(fromTable);
        Establish(ipv6);
        Establish(ipv6, Port + 1);
        Switch();
        Delivered(Client, Answer(ipv6));

        Assert.Equal([Port, Port + 1], Node.Connections().Select(connection => (int)connection.SourcePort).Order());
    }

    private VerdictKind Run(BpfDescriptor program, TestPod pod, byte[] frame) => Node.In(() =>
        (VerdictKind)((Programs.TestRun.Once(program, frame, new SkBuff { IfIndex = (uint)pod.Row.IfIndex }).Context.ControlBlock0 & 0xff) - 1));
}
