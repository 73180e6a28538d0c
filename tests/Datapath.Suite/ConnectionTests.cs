using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Suite;

/// <summary>Connections, and how a change of policy reaches them.</summary>
public sealed class ConnectionTests : TwoEndpoints
{
    [Theory]
    [InlineData(ServerIPv4)]
    [InlineData(ServerIPv6)]
    public void A_connection_lives_as_long_as_its_state_says(string server)
    {
        var client = server == ServerIPv4 ? ClientIPv4 : ClientIPv6;
        Node.From(Client, Frames.TcpFrom(Client, server, 40000, 80));
        Expect("syn", 60);
        Node.From(Server, Frames.TcpFrom(Server, client, 80, 40000, Frames.Syn | Frames.Ack));
        Node.From(Client, Frames.TcpFrom(Client, server, 40000, 80, Frames.Ack));
        Expect("established", 21600);
        Node.From(Client, Frames.TcpFrom(Client, server, 40000, 80, Frames.Fin | Frames.Ack));
        Expect("closing", 21600);
        Node.From(Server, Frames.TcpFrom(Server, client, 80, 40000, Frames.Fin | Frames.Ack));
        Expect("closed", 10);
    }

    [Fact]
    public void A_reset_closes_at_once()
    {
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80, Frames.Ack));
        Expect("established", 21600);
        Node.From(Server, Frames.TcpFrom(Server, ClientIPv4, 80, 40000, Frames.Rst));
        Expect("closed", 10);
    }

    [Fact]
    public void A_new_connection_may_use_the_ports_of_a_closed_one()
    {
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80, Frames.Rst));
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80));
        Expect("syn", 60);
    }

    [Fact]
    public void Datagrams_and_echoes_are_remembered_for_a_minute()
    {
        Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, 5000, 53));
        Expect("open", 60);
    }

    [Fact]
    public void An_open_connection_ends_with_the_entry_that_allowed_it_in_both_directions()
    {
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80));
        Delivered(Client, Node.From(Server, Frames.TcpFrom(Server, ClientIPv4, 80, 40000, Frames.Syn | Frames.Ack)));

        Node.Policy(1002, Entries.AllOut);

        Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80, Frames.Ack)));
        Dropped(DropReason.PolicyDenied, Node.From(Server, Frames.TcpFrom(Server, ClientIPv4, 80, 40000, Frames.Ack)));
    }

    [Fact]
    public void And_goes_on_when_it_is_allowed_again()
    {
        An_open_connection_ends_with_the_entry_that_allowed_it_in_both_directions();

        Node.Policy(1002, [.. ServerPolicy, Entries.AllOut]);

        Delivered(Client, Node.From(Server, Frames.TcpFrom(Server, ClientIPv4, 80, 40000, Frames.Ack)));
        Delivered(Server, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80, Frames.Ack)));
    }

    [Fact]
    public void A_reply_that_comes_first_after_a_change_is_judged_in_the_direction_of_the_connection()
    {
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80));

        Node.Policy(1002, Entries.In(1001, cookie: 777));

        Delivered(Client, Node.From(Server, Frames.TcpFrom(Server, ClientIPv4, 80, 40000, Frames.Syn | Frames.Ack)));
    }

    [Fact]
    public void A_connection_survives_a_change_that_still_allows_it_and_takes_its_new_rule()
    {
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80));

        Node.Policy(1002, Entries.In(1001, cookie: 777));

        Delivered(Server, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80, Frames.Ack)));
        Assert.Equal(new RuleCookie(777), Assert.Single(Node.Connections()).IngressRule);
    }

    [Theory]
    [InlineData(IpProtocol.Tcp, 80)]
    [InlineData(IpProtocol.Any, 0)]
    public void Entries_match_by_identity_and_by_port_or_by_either(IpProtocol protocol, ushort port)
    {
        Node.Policy(1002, Entries.In(1001, protocol, port));
        Delivered(Server, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80)));
        Node.Policy(1002, Entries.In(0, protocol, port));
        Delivered(Server, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40001, 80)));
        Node.Policy(1002, Entries.In(1003, protocol, port));
        Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40002, 80)));
    }

    [Fact]
    public void Both_policies_must_agree()
    {
        Node.Policy(1001, Entries.AllIn, Entries.Out(1003));

        Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80)));
    }

    private void Expect(string state, int seconds)
    {
        var connection = Assert.Single(Node.Connections());
        Assert.Equal(state, connection.State);
        Assert.InRange(connection.ExpiresInSeconds, seconds - 2, seconds);
    }
}
