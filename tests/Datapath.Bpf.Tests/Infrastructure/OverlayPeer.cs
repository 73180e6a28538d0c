using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Netlink;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Infrastructure;

/// <summary>A machine beside a node that wraps and unwraps packets by hand, so that a test says and sees every octet of them (RFC 7348). It has the addresses of two nodes.</summary>
internal sealed class OverlayPeer : IDisposable
{
    public const string NodeIPv4 = "192.0.2.1", NodeIPv6 = "2001:db8::1";

    private const int HeaderBytes = 8, InnerOffset = HeaderBytes + 14;

    /// <summary>The network number is valid.</summary>
    private const byte Flags = 0x08;

    private static readonly MacAddress Here = new(0x0a58_0000_0001), There = new(0x0a58_0000_0002);

    private readonly Dictionary<AddressFamily, Socket> _receivers = [];

    /// <param name="node">Gets a native device up0 to the machine.</param>
    /// <param name="addresses">Of the machine, in 192.0.2.0/24 and 2001:db8::/64.</param>
    public OverlayPeer(TestNode node, params string[] addresses)
    {
        Namespace = NetworkNamespace.Create(node.Name + "o");
        using (var netlink = RouteNetlink.Open(node.Namespace))
            netlink.CreateVeth(new VethPair { Name = "up0", PeerName = "eth0", PeerNamespace = Namespace });
        Shell.Ip($"-n {node.Name} link set up0 up");
        Shell.Ip($"-n {Namespace.Name} link set eth0 up");
        Shell.Ip($"-n {node.Name} addr add {NodeIPv4}/24 dev up0");
        Shell.Ip($"-n {node.Name} -6 addr add {NodeIPv6}/64 dev up0 nodad");
        foreach (var address in addresses)
            Shell.Ip(address.Contains(':', StringComparison.Ordinal) ? $"-n {Namespace.Name} -6 addr add {address}/64 dev eth0 nodad" : $"-n {Namespace.Name} addr add {address}/24 dev eth0");
        node.Apply(node.Datapath.Devices, new DeviceRow("up0", DeviceRole.Native, 1500));
        foreach (var any in new[] { IPAddress.Any, IPAddress.IPv6Any })
            _receivers[any.AddressFamily] = Bind(any, TestNode.OverlayPort);
    }

    public NetworkNamespace Namespace { get; }

    /// <summary>Sends an IP packet to the node, wrapped.</summary>
    /// <param name="from">The address of the machine that it comes from.</param>
    /// <param name="vni">Network number.</param>
    /// <param name="packet">What is inside.</param>
    public void Send(string from, uint vni, byte[] packet) => SendFrame(from, vni, Frames.Ethernet(Here, There, packet[0] >> 4 == 6 ? (ushort)0x86dd : (ushort)0x0800, packet));

    /// <summary>The same with any frame.</summary>
    public void SendFrame(string from, uint vni, byte[] frame)
    {
        var source = IPAddress.Parse(from);
        var datagram = new byte[HeaderBytes + frame.Length];
        datagram[0] = Flags;
        BinaryPrimitives.WriteUInt32BigEndian(datagram.AsSpan(4), vni << 8);
        frame.CopyTo(datagram, HeaderBytes);
        using var socket = Bind(source, 0);
        socket.SendTo(datagram, new IPEndPoint(IPAddress.Parse(source.AddressFamily == AddressFamily.InterNetwork ? NodeIPv4 : NodeIPv6), TestNode.OverlayPort));
    }

    /// <summary>What the node sends next through the overlay.</summary>
    /// <param name="to">An address of the machine; its family is what matters.</param>
    public (uint Vni, byte[] Packet) Receive(string to)
    {
        var datagram = new byte[65536];
        var count = _receivers[IPAddress.Parse(to).AddressFamily].Receive(datagram);
        return (BinaryPrimitives.ReadUInt32BigEndian(datagram.AsSpan(4)) >> 8, datagram[InnerOffset..count]);
    }

    /// <summary>A wrapped packet waits here.</summary>
    public bool IsReached(string to) => _receivers[IPAddress.Parse(to).AddressFamily].Available > 0;

    public void Dispose()
    {
        foreach (var receiver in _receivers.Values)
            receiver.Dispose();
        Namespace.Delete();
    }

    private Socket Bind(IPAddress address, int port) => Namespace.Run(() =>
    {
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
        socket.Bind(new IPEndPoint(address, port));
        return socket;
    });
}
