using System.Globalization;
using System.Net;
using Cilium.Framework.Lab;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Routing.Bench;

/// <summary>
/// A second way between the same pods that only the kernel routes: a second device in each pod, a second cable of each node to a segment like the first, and between the
/// nodes plain routes or the kernel's own VXLAN device. No program of ours is on any of its devices. (On one segment a node would answer for its address on both cables.)
/// </summary>
internal static class PlainPath
{
    private const string Segment = "plainbr", Cable = "plain0", Tunnel = "plainvx", Inner = "plain1";

    /// <summary>Another network and another port than ours.</summary>
    private const uint Vni = 4242;
    private const int Port = 4789, Overhead = 50;

    /// <summary>Address of the pod on a node, by this way.</summary>
    public static IPAddress PodAddress(int node) => Address($"10.201.{node}.2");

    public static void Lay(NetworkNamespace world, IReadOnlyList<(LabNode Node, LabPod Pod)> ends, bool isTunnel)
    {
        using (var segment = RouteNetlink.Open(world))
        {
            segment.CreateBridge(Segment);
            segment.SetUp(segment.FindLink(Segment)!.Index);
        }

        for (var number = 1; number <= ends.Count; number++)
            Plug(world, ends[number - 1].Node.Network.Node, ends[number - 1].Pod.Namespace, number, isTunnel);
        for (var number = 1; number <= ends.Count; number++)
            Join(ends[number - 1].Node.Network.Node, number, 3 - number, isTunnel);
    }

    private static void Plug(NetworkNamespace world, NetworkNamespace node, NetworkNamespace pod, int number, bool isTunnel)
    {
        using var segment = RouteNetlink.Open(world);
        using var outside = RouteNetlink.Open(node);
        using var inside = RouteNetlink.Open(pod);
        var port = string.Create(CultureInfo.InvariantCulture, $"plain{number}");
        segment.CreateVeth(new VethPair { Name = port, PeerName = Cable, PeerNamespace = node });
        segment.SetMaster(segment.FindLink(port)!.Index, segment.FindLink(Segment)!.Index);
        segment.SetUp(segment.FindLink(port)!.Index);
        outside.CreateVeth(new VethPair { Name = "plainpod", PeerName = Inner, PeerNamespace = pod });
        Configure(outside, Cable, Address($"203.0.113.{number}"), 24);
        Configure(outside, "plainpod", Address($"10.201.{number}.1"), 24);
        Configure(inside, Inner, PodAddress(number), 24);
        inside.ReplaceRoute(new Route
        {
            Destination = Address("10.201.0.0"), PrefixLength = 16, Gateway = Address($"10.201.{number}.1"), IfIndex = inside.FindLink(Inner)!.Index, Mtu = isTunnel ? 1500 - Overhead : 0,
        });
    }

    private static void Join(NetworkNamespace node, int number, int peer, bool isTunnel)
    {
        using var netlink = RouteNetlink.Open(node);
        var (device, gateway) = (Cable, Address($"203.0.113.{peer}"));
        if (isTunnel)
        {
            netlink.CreateVxlan(new VxlanLink { Name = Tunnel, Vni = Vni, Port = Port, Local = Address($"203.0.113.{number}"), Remote = gateway, UnderlayIfIndex = netlink.FindLink(Cable)!.Index });
            Configure(netlink, Tunnel, Address($"172.30.0.{number}"), 24);
            (device, gateway) = (Tunnel, Address($"172.30.0.{peer}"));
        }

        netlink.ReplaceRoute(new Route { Destination = Address($"10.201.{peer}.0"), PrefixLength = 24, Gateway = gateway, IfIndex = netlink.FindLink(device)!.Index });
    }

    private static void Configure(RouteNetlink machine, string device, IPAddress address, int length)
    {
        var index = machine.FindLink(device)!.Index;
        machine.AddAddress(index, address, length);
        machine.SetUp(index);
    }

    private static IPAddress Address(FormattableString text) => IPAddress.Parse(text.ToString(CultureInfo.InvariantCulture));

    private static IPAddress Address(string text) => IPAddress.Parse(text);
}
