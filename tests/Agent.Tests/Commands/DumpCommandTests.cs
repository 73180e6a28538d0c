using System.Net;
using Cilium.Framework.Agent.Commands;
using Cilium.Framework.Datapath;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent.Tests.Commands;

public class DumpCommandTests
{
    private static ConnectionInfo Connection(IpProtocol protocol, string source, string destination) =>
        new(protocol, IPAddress.Parse(source), 28735, IPAddress.Parse(destination), 80, new(1), new(2), "established", 60, 1, RuleCookie.None, RuleCookie.None);

    [Theory]
    [InlineData(IpProtocol.Tcp, "10.1.0.2", "10.1.0.3", "10.1.0.2:28735", "10.1.0.3:80")]
    [InlineData(IpProtocol.Udp, "fd00:0:0:1::2", "fd00:0:0:1::3", "[fd00:0:0:1::2]:28735", "[fd00:0:0:1::3]:80")]
    [InlineData(IpProtocol.Icmp, "10.1.0.2", "10.1.0.3", "10.1.0.2 id 28735", "10.1.0.3")]
    [InlineData(IpProtocol.IcmpV6, "fd00::2", "fd00::3", "fd00::2 id 28735", "fd00::3")]
    public void A_connection_shows_ports_apart_from_addresses_and_what_icmp_has_instead(IpProtocol protocol, string source, string destination, string initiator, string responder)
    {
        var row = Connection(protocol, source, destination);
        Assert.Equal((initiator, responder), (DumpCommand.Initiator(row), DumpCommand.Responder(row)));
    }
}
