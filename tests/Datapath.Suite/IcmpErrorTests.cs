
namespace Cilium.Framework.Datapath.Suite;

/// <summary>ICMP errors belong to the connection they quote, for whoever sent the quoted packet.</summary>
public sealed class IcmpErrorTests : TwoEndpoints
{
    private const string Router = "192.0.2.1";

    public static TheoryData<bool> Families => [false, true];

    [Theory]
    [MemberData(nameof(Families))]
    public void An_error_of_the_server_about_an_open_connection_passes(bool ipv6)
    {
        ClientTakesNothing();
        Open(ipv6);

        Delivered(Client, FromServer(Error(ipv6, from: null, Quote(ipv6))));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void An_error_about_a_connection_that_never_was_is_judged_by_policy(bool ipv6)
    {
        ClientTakesNothing();

        Dropped(DropReason.PolicyDenied, FromServer(Error(ipv6, from: null, Quote(ipv6))));
    }

    [Fact]
    public void An_error_that_does_not_go_to_the_sender_of_the_quoted_packet_is_unrelated()
    {
        ClientTakesNothing();
        var third = Node.AddEndpoint(3, 1003, "10.90.1.3", null, Entries.AllOut);
        Open(ipv6: false);

        var verdict = FromServer(Frames.Ip(ServerIPv4, "10.90.1.3", Frames.Icmp, Frames.IcmpMessage(3, 3, 0, Quote(ipv6: false))));

        Dropped(DropReason.PolicyDenied, verdict);
        Assert.Equal(3, third.Id);
    }

    [Fact]
    public void An_endpoint_may_not_speak_about_connections_of_others()
    {
        ClientTakesNothing();
        var third = Node.AddEndpoint(3, 1003, "10.90.1.3", null, Entries.AllOut);
        Open(ipv6: false);

        var frame = Frames.From(third, Frames.Ip("10.90.1.3", ClientIPv4, Frames.Icmp, Frames.IcmpMessage(3, 3, 0, Quote(ipv6: false))));

        Dropped(DropReason.PolicyDenied, Node.From(third, frame));
    }

    [Fact]
    public void A_router_outside_may_report_about_an_open_connection()
    {
        ClientTakesNothing();
        Open(ipv6: false);
        var error = Frames.Ip(Router, ClientIPv4, Frames.Icmp, Frames.IcmpMessage(3, 4, 0, Quote(ipv6: false)));

        Delivered(Client, Node.To(Client, Frames.To(Client, error)));
    }

    [Fact]
    public void A_quote_without_eight_octets_of_transport_is_cut_off()
    {
        Open(ipv6: false);

        Dropped(DropReason.TruncatedHeader, FromServer(Frames.Ip(ServerIPv4, ClientIPv4, Frames.Icmp, Frames.IcmpMessage(3, 3, 0, Quote(ipv6: false)[..24]))));
    }

    [Fact]
    public void An_error_neither_makes_nor_refreshes_nor_closes_a_connection()
    {
        Open(ipv6: false);
        var before = Assert.Single(Node.Connections());

        FromServer(Error(ipv6: false, from: null, Quote(ipv6: false)));
        FromServer(Frames.Ip(ServerIPv4, ClientIPv4, Frames.Icmp, Frames.IcmpMessage(3, 3, 0, Frames.Ip(ClientIPv4, ServerIPv4, Frames.UdpProtocol, Frames.Udp(1, 2)))));

        Assert.Equal(before with { ExpiresInSeconds = 0 }, Assert.Single(Node.Connections()) with { ExpiresInSeconds = 0 });
    }

    [Fact]
    public void An_error_about_a_connection_that_is_not_allowed_any_more_is_dropped()
    {
        ClientTakesNothing();
        Open(ipv6: false);
        Node.Policy(1002, Entries.AllOut);

        Dropped(DropReason.PolicyDenied, FromServer(Error(ipv6: false, from: null, Quote(ipv6: false))));
    }

    private static byte[] Quote(bool ipv6) => ipv6
        ? Frames.Ip(ClientIPv6, ServerIPv6, Frames.TcpProtocol, Frames.Tcp(40000, 80, Frames.Syn))
        : Frames.Ip(ClientIPv4, ServerIPv4, Frames.TcpProtocol, Frames.Tcp(40000, 80, Frames.Syn));

    private static byte[] Error(bool ipv6, string? from, byte[] quote) => ipv6
        ? Frames.Ip(from ?? ServerIPv6, ClientIPv6, Frames.IcmpV6, Frames.IcmpMessage(1, 4, 0, quote))
        : Frames.Ip(from ?? ServerIPv4, ClientIPv4, Frames.Icmp, Frames.IcmpMessage(3, 3, 0, quote));

    private void ClientTakesNothing()
    {
        Node.Policy(1001, Entries.AllOut);
        Node.Policy(1002, [.. ServerPolicy, Entries.AllOut]);
    }

    private void Open(bool ipv6) => Delivered(Server, FromClient(Quote(ipv6)));
}
