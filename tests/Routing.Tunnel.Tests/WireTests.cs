using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Routing.Tunnel.Tests;

/// <summary>What the overlay device sends, byte by byte. A route of the kernel's own stands for the datapath: it says the remote node and the identity.</summary>
[Trait("Needs", "Root")]
public sealed class WireTests : IDisposable
{
    private const uint Identity = 0x0abcde;
    private const ushort EthernetOverGeneve = 0x6558, IPv4OverEthernet = 0x0800;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10 * Lab.PatienceFactor.Value);
    private const int SolUdp = 17;
    private const int NoCheckV6 = 102;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(50);
    private static int _count;

    private readonly NetworkNamespace _here = Create("a"), _there = Create("b");
    private readonly RouteNetlink _netlink;

    public WireTests()
    {
        _netlink = RouteNetlink.Open(_here);
        using var there = RouteNetlink.Open(_there);
        _netlink.CreateVeth(new VethPair { Name = "lan0", PeerName = "lan0", PeerNamespace = _there });
        foreach (var (netlink, number) in ((RouteNetlink, int)[])[(_netlink, 1), (there, 2)])
        {
            var lan = netlink.FindLink("lan0")!.Index;
            netlink.SetUp(lan);
            netlink.AddAddress(lan, IPAddress.Parse($"192.0.2.{number}"), 24);
            netlink.AddAddress(lan, IPAddress.Parse($"2001:db8::{number}"), 64);
        }
    }

    [Theory]
    [InlineData("192.0.2.2", "ip")]
    [InlineData("2001:db8::2", "ip6")]
    public async Task Vxlan_carries_the_identity_in_its_vni(string node, string encap)
    {
        new OverlayDevice(_netlink, Tunnels.Settings()).Ensure();
        var packet = await SentAsync("cilium_vxlan", 8472, IPAddress.Parse(node), encap);
        // RFC 7348 section 5: the I flag, reserved bits, the VNI, reserved bits.
        Assert.Equal((0x08000000u, Identity << 8), (BinaryPrimitives.ReadUInt32BigEndian(packet), BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(4))));
        AssertInner(packet.AsSpan(8));
    }

    [Theory]
    [InlineData("192.0.2.2", "ip")]
    [InlineData("2001:db8::2", "ip6")]
    public async Task Geneve_carries_the_identity_in_its_vni_where_the_kernel_has_it(string node, string encap)
    {
        try
        {
            new OverlayDevice(_netlink, Tunnels.Settings(TunnelProtocol.Geneve)).Ensure();
        }
        catch (CiliumException error) when (error.Kind == ErrorKind.Unsupported)
        {
            Assert.Contains("This kernel has no devices of type geneve", error.Message, StringComparison.Ordinal);
            return;
        }

        var packet = await SentAsync("cilium_geneve", 6081, IPAddress.Parse(node), encap);
        // RFC 8926 section 3.4: version 0 without options, no flags, an Ethernet frame, the VNI, reserved bits.
        Assert.Equal((EthernetOverGeneve, Identity << 8), (BinaryPrimitives.ReadUInt32BigEndian(packet), BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(4))));
        AssertInner(packet.AsSpan(8));
    }

    public void Dispose()
    {
        _netlink.Dispose();
        _here.Delete();
        _there.Delete();
    }

    /// <summary>What arrives at the other node, behind the outer UDP header, when a packet is sent to a pod there.</summary>
    private async Task<byte[]> SentAsync(string device, int port, IPAddress node, string encap)
    {
        Ip($"route add 10.2.0.1/32 encap {encap} id {Identity} dst {node} dev {device} src 192.0.2.1");
        _netlink.ReplaceNeighbour(_netlink.FindLink(device)!.Index, IPAddress.Parse("10.2.0.1"), PhysicalAddress.Parse("02:00:00:00:00:02"));
        using var receiver = _there.Run(() => new Socket(node.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        // The outer header of IPv6 has no checksum either, which a socket takes only when it is told to (linux/udp.h, UDP_NO_CHECK6_RX).
        if (node.AddressFamily == AddressFamily.InterNetworkV6)
            receiver.SetRawSocketOption(SolUdp, NoCheckV6, BitConverter.GetBytes(1));
        receiver.Bind(new IPEndPoint(node, port));
        using var sender = _here.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        var packet = new byte[1500];
        var received = receiver.ReceiveAsync(packet, limit.Token).AsTask();
        // A new IPv6 address sends nothing until nobody else is found to have it.
        while (!received.IsCompleted)
        {
            await sender.SendToAsync(new byte[] { 42 }, new IPEndPoint(IPAddress.Parse("10.2.0.1"), 9), limit.Token);
            await Task.WhenAny(received, Task.Delay(BetweenTries, TimeProvider.System, limit.Token));
        }

        return packet[..await received];
    }

    /// <summary>Behind the header lies the Ethernet frame of the pod's packet.</summary>
    private static void AssertInner(ReadOnlySpan<byte> frame)
    {
        Assert.Equal("020000000002", Convert.ToHexString(frame[..6]));
        Assert.Equal(IPv4OverEthernet, BinaryPrimitives.ReadUInt16BigEndian(frame[12..]));
        Assert.Equal(IPAddress.Parse("10.2.0.1"), new IPAddress(frame.Slice(14 + 16, 4)));
        Assert.Equal(42, frame[^1]);
    }

    private void Ip(string arguments)
    {
        using var ip = Process.Start("ip", $"-n {_here.Name} {arguments}");
        ip.WaitForExit();
        Assert.Equal(0, ip.ExitCode);
    }

    private static NetworkNamespace Create(string side)
    {
        Require.Root();
        return NetworkNamespace.Create($"wire{Environment.ProcessId}-{Interlocked.Increment(ref _count)}{side}");
    }
}
