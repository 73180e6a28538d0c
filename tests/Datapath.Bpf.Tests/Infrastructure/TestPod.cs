using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Netlink;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Infrastructure;

/// <summary>A device for an endpoint, and behind it a namespace when it is a real workload.</summary>
internal sealed class TestPod : IDisposable
{
    private readonly NetworkNamespace? _namespace;

    public TestPod(TestNode node, ushort id, uint identity, string? ipv4, string? ipv6, bool workload)
    {
        (Id, Identity) = (id, new(identity));
        (IPv4, IPv6) = (ipv4 is null ? null : IPAddress.Parse(ipv4), ipv6 is null ? null : IPAddress.Parse(ipv6));
        Device = string.Create(CultureInfo.InvariantCulture, $"lxc{id}");
        if (workload)
            _namespace = NetworkNamespace.Create(string.Create(CultureInfo.InvariantCulture, $"{node.Name}p{id}"));
        using var netlink = RouteNetlink.Open(node.Namespace);
        var peer = workload ? "eth0" : "tmp" + id.ToString(CultureInfo.InvariantCulture);
        netlink.CreateVeth(new VethPair { Name = Device, PeerName = peer, PeerNamespace = _namespace });
        var link = netlink.FindLink(Device)!;
        netlink.SetUp(link.Index);
        var peerMac = workload ? InPeer(peer) : netlink.FindLink(peer)!;
        Row = new EndpointRow
        {
            Id = id,
            IfIndex = link.Index,
            Device = Device,
            Mac = MacAddress.FromBytes(peerMac.Mac.GetAddressBytes()),
            HostMac = MacAddress.FromBytes(link.Mac.GetAddressBytes()),
            IPv4 = IPv4,
            IPv6 = IPv6,
            Identity = Identity,
            Policy = new PolicyId(Identity),
        };
        if (workload)
            Configure();
    }

    public ushort Id { get; }

    public NumericIdentity Identity { get; }

    public IPAddress? IPv4 { get; }

    public IPAddress? IPv6 { get; }

    public string Device { get; }

    public EndpointRow Row { get; set; }

    public NetworkNamespace Namespace => _namespace!;

    /// <summary>A TCP or UDP socket inside the workload.</summary>
    public Socket Socket(AddressFamily family, SocketType type) =>
        Namespace.Run(() => new Socket(family, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp) { ReceiveTimeout = 5000, SendTimeout = 5000 });

    public void Dispose() => _namespace?.Delete();

    private Link InPeer(string name)
    {
        using var netlink = RouteNetlink.Open(Namespace);
        return netlink.FindLink(name)!;
    }

    private void Configure()
    {
        var ns = "-n " + Namespace.Name;
        Shell.Ip($"{ns} link set eth0 up");
        if (IPv4 is not null)
        {
            Shell.Ip($"{ns} addr add {IPv4}/32 dev eth0");
            Shell.Ip($"{ns} route add {TestNode.Gateway4}/32 dev eth0");
            Shell.Ip($"{ns} route add default via {TestNode.Gateway4}");
        }

        if (IPv6 is not null)
        {
            Shell.Ip($"{ns} -6 addr add {IPv6}/128 dev eth0 nodad");
            Shell.Ip($"{ns} -6 route add {TestNode.Gateway6}/128 dev eth0");
            Shell.Ip($"{ns} -6 route add default via {TestNode.Gateway6}");
        }
    }
}
