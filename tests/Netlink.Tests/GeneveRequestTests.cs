using System.Text;
using Cilium.Framework.Netlink.Messages;

namespace Cilium.Framework.Netlink.Tests;

/// <summary>The bytes that ask for a geneve device, for kernels that have none to show what they made of them.</summary>
public sealed class GeneveRequestTests
{
    [Fact]
    public void A_geneve_device_is_asked_for_as_linux_if_link_h_says()
    {
        var request = RouteNetlink.GeneveRequest(new MetadataTunnel { Name = "cilium_geneve", Port = 6081, Mtu = 1430 }).Finish(sequence: 7).ToArray();
        byte[] expected =
        [
            // struct nlmsghdr: length, RTM_NEWLINK, NLM_F_REQUEST | ACK | EXCL | CREATE, sequence, sender.
            108, 0, 0, 0, 16, 0, 0x05, 0x06, 7, 0, 0, 0, 0, 0, 0, 0,
            // struct ifinfomsg: nothing is said of the new device.
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            // IFLA_IFNAME (3), with its closing zero and padded.
            18, 0, 3, 0, .. Encoding.ASCII.GetBytes("cilium_geneve"), 0, 0, 0,
            // IFLA_MTU (4): 1430.
            8, 0, 4, 0, 0x96, 0x05, 0, 0,
            // IFLA_LINKINFO (18): IFLA_INFO_KIND (1), IFLA_INFO_DATA (2).
            48, 0, 18, 0,
            11, 0, 1, 0, .. Encoding.ASCII.GetBytes("geneve"), 0, 0,
            32, 0, 2, 0,
            // IFLA_GENEVE_COLLECT_METADATA (6) is a flag; IFLA_GENEVE_PORT (5) is in network order: 0x17c1.
            4, 0, 6, 0,
            6, 0, 5, 0, 0x17, 0xc1, 0, 0,
            // IFLA_GENEVE_UDP_ZERO_CSUM6_TX (9) and _RX (10).
            5, 0, 9, 0, 1, 0, 0, 0,
            5, 0, 10, 0, 1, 0, 0, 0,
        ];
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(request));
    }

    [Fact]
    public void What_is_asked_for_is_what_a_device_is_compared_with()
    {
        var request = RouteNetlink.GeneveRequest(new MetadataTunnel { Name = "g", Port = 6081 }).Finish(sequence: 1);
        // Header, ifinfomsg, IFLA_IFNAME of a name of one letter, then the heads of IFLA_LINKINFO and of the kind, which is 12 bytes long, and of the data.
        var data = request[(MessageWriter.HeaderSize + 16 + 8 + 4 + 12 + 4)..];
        Assert.Equal(new TunnelDevice { CollectsMetadata = true, Port = 6081, SendsZeroChecksumV6 = true, AcceptsZeroChecksumV6 = true }, RouteNetlink.ReadTunnel("geneve", data));
    }
}
