using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Real;

/// <summary>A node with an overlay and a workload (identity 1001), and beside it a machine that plays two other nodes.</summary>
[Trait("Needs", "Root")]
public abstract class OverlayNode : IDisposable
{
    private protected const uint Host = 1, Cluster = 3, RemoteNode = 6, Own = 1001, Remote = 1003, Another = 1004;
    private protected const string PodIPv4 = "10.90.1.1", PodIPv6 = "fd90::a:1", RemoteIPv4 = "10.91.1.1", RemoteIPv6 = "fd91::b:1", Range = "10.91.0.0/16";
    private protected const string OuterIPv4 = "192.0.2.20", OtherIPv4 = "192.0.2.21", OuterIPv6 = "2001:db8::20", OtherIPv6 = "2001:db8::21";
    private protected const ushort Port = 7070, RemotePort = 9090;
    private protected const int Mtu = 1400;

    private readonly Socket _ipv4;
    private readonly Socket _ipv6;

    private protected OverlayNode()
    {
        Node = new TestNode();
        Node.AddHostDevice();
        Shell.Ip($"-n {Node.Name} route add 10.90.0.0/16 dev cilium_host src {TestNode.Gateway4}");
        Shell.Ip($"-n {Node.Name} -6 route add fd90::/64 dev cilium_host src {TestNode.Gateway6}");
        Shell.Ip($"-n {Node.Name} route add {Range} dev cilium_host src {TestNode.Gateway4} mtu {Mtu}");
        Shell.Ip($"-n {Node.Name} -6 route add fd91::/64 dev cilium_host src {TestNode.Gateway6} mtu {Mtu}");
        Peer = new OverlayPeer(Node, OuterIPv4, OtherIPv4, OuterIPv6, OtherIPv6);
        Node.AddOverlay(Mtu);
        Node.In(() =>
        {
            Programs.Sysctl.WriteIfPresent("ipv4/conf/all/rp_filter", 0);
            Programs.Sysctl.WriteIfPresent("ipv4/ip_forward", 1);
            Programs.Sysctl.WriteIfPresent("ipv6/conf/all/forwarding", 1);
        });
        Pod = Node.AddPod(1, Own, PodIPv4, PodIPv6);
        Node.Realise(Pod, Entries.In(Remote, IpProtocol.Udp, Port), Entries.Out(Remote));
        Node.IpCache(TestNode.Gateway4, Host);
        Node.IpCache(TestNode.Gateway6, Host);
        Node.IpCache(OverlayPeer.NodeIPv4, Host);
        (_ipv4, _ipv6) = (Listen(PodIPv4), Listen(PodIPv6));
    }

    private protected TestNode Node { get; }

    private protected TestPod Pod { get; }

    private protected OverlayPeer Peer { get; }

    public void Dispose()
    {
        _ipv4.Dispose();
        _ipv6.Dispose();
        CleanUp.All(Node.Dispose, Peer.Dispose);
        GC.SuppressFinalize(this);
    }

    private protected static byte[] Datagram(string source, string destination, ushort destinationPort = Port) =>
        Frames.Ip(source, destination, Frames.UdpProtocol, WithChecksum(source, destination, Frames.Udp(RemotePort, destinationPort)));

    /// <summary>Waits for a datagram in the workload and answers it.</summary>
    private protected void Arrives(string pod, bool answer = false)
    {
        var socket = SocketOf(pod);
        EndPoint sender = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        Assert.Equal(8, socket.ReceiveFrom(new byte[100], ref sender));
        if (answer)
            socket.SendTo(new byte[8], sender);
    }

    /// <summary>Does something, and waits until exactly one more packet was dropped for that reason; nothing arrives.</summary>
    private protected async Task DropsAsync(DropReason reason, Action send)
    {
        var before = Drops(reason);
        send();
        await Eventually.TrueAsync(() => Drops(reason) > before, $"a drop for {reason}; there are {string.Join(", ", Metrics().Select(metric => $"{metric.Reason} {metric.Packets}"))}");
        Assert.Equal((before + 1, 0, 0), (Drops(reason), _ipv4.Available, _ipv6.Available));
    }

    private protected Socket SocketOf(string pod) => pod.Contains(':', StringComparison.Ordinal) ? _ipv6 : _ipv4;

    private ulong Drops(DropReason reason) => (ulong)Metrics().Where(metric => metric.Reason == reason).Sum(metric => (long)metric.Packets);

    private IReadOnlyList<MetricInfo> Metrics() => TestNode.Done(Node.Datapath.View.ListMetricsAsync(default));

    private Socket Listen(string address)
    {
        var socket = Pod.Socket(IPAddress.Parse(address).AddressFamily, SocketType.Dgram);
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), Port));
        return socket;
    }

    // IPv6 knows no datagram without one.
    private static byte[] WithChecksum(string source, string destination, byte[] datagram)
    {
        byte[] pseudo = [.. IPAddress.Parse(source).GetAddressBytes(), .. IPAddress.Parse(destination).GetAddressBytes(), 0, Frames.UdpProtocol, 0, (byte)datagram.Length];
        var sum = Frames.Checksum([.. pseudo, .. datagram]);
        (datagram[6], datagram[7]) = ((byte)(sum >> 8), (byte)sum);
        return datagram;
    }
}
