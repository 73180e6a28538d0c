using System.Net;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab;

/// <summary>A node namespace and a "world" namespace behind its physical device. Everything is removed on disposal, whatever happened.</summary>
/// <remarks>The world is a machine outside the cluster: it knows the node's address and routes the pod ranges to it, and is the node's default router.</remarks>
public sealed class LabNetwork : IDisposable
{
    private const int NodePrefixLength = 24;
    private const int NodePrefixLengthV6 = 64;

    private LabNetwork(NetworkNamespace node, NetworkNamespace world) => (Node, World) = (node, world);

    /// <summary>Name of the node's physical device.</summary>
    public static string NodeDevice => "eth0";

    /// <summary>The node.</summary>
    public NetworkNamespace Node { get; }

    /// <summary>The machine outside.</summary>
    public NetworkNamespace World { get; }

    /// <summary>The node's own address (RFC 5737 test network).</summary>
    public static IPAddress NodeIPv4 { get; } = IPAddress.Parse("192.0.2.10");

    /// <summary>The node's own address (RFC 3849 documentation network).</summary>
    public static IPAddress NodeIPv6 { get; } = IPAddress.Parse("2001:db8::10");

    /// <summary>The machine outside.</summary>
    public static IPAddress WorldIPv4 { get; } = IPAddress.Parse("192.0.2.1");

    /// <summary>The machine outside.</summary>
    public static IPAddress WorldIPv6 { get; } = IPAddress.Parse("2001:db8::1");

    /// <summary>Builds both namespaces and the cable between them.</summary>
    /// <param name="name">Prefix of the namespaces' names; one lab per name.</param>
    /// <param name="podIPv4">Pod range that the world routes to the node.</param>
    /// <param name="podIPv6">Pod range that the world routes to the node.</param>
    public static LabNetwork Create(string name, IPNetwork podIPv4, IPNetwork podIPv6)
    {
        var node = NetworkNamespace.Create($"{name}-node");
        LabNetwork? network = null;
        try
        {
            network = new LabNetwork(node, NetworkNamespace.Create($"{name}-world"));
            network.Connect(podIPv4, podIPv6);
            return network;
        }
        catch
        {
            network?.World.Delete();
            node.Delete();
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        World.Delete();
        Node.Delete();
    }

    private void Connect(IPNetwork podIPv4, IPNetwork podIPv6)
    {
        Sysctl.Write(Node, "net/ipv4/ip_forward", "1");
        Sysctl.Write(Node, "net/ipv6/conf/all/forwarding", "1");
        Sysctl.Write(Node, "net/ipv4/conf/all/rp_filter", "0");
        Sysctl.Write(Node, "net/ipv4/conf/default/rp_filter", "0");
        using var node = RouteNetlink.Open(Node);
        using var world = RouteNetlink.Open(World);
        node.CreateVeth(new VethPair { Name = NodeDevice, PeerName = "eth0", PeerNamespace = World });
        Configure(node, NodeIPv4, NodeIPv6);
        Configure(world, WorldIPv4, WorldIPv6);
        var nodeDevice = node.FindLink(NodeDevice)!.Index;
        var worldDevice = world.FindLink("eth0")!.Index;
        node.ReplaceRoute(new Route { Gateway = WorldIPv4, IfIndex = nodeDevice });
        node.ReplaceRoute(new Route { Gateway = WorldIPv6, IfIndex = nodeDevice, Family = WorldIPv6.AddressFamily });
        world.ReplaceRoute(new Route { Destination = podIPv4.BaseAddress, PrefixLength = podIPv4.PrefixLength, Gateway = NodeIPv4, IfIndex = worldDevice });
        world.ReplaceRoute(new Route { Destination = podIPv6.BaseAddress, PrefixLength = podIPv6.PrefixLength, Gateway = NodeIPv6, IfIndex = worldDevice });
    }

    private static void Configure(RouteNetlink netlink, IPAddress ipv4, IPAddress ipv6)
    {
        var device = netlink.FindLink("eth0")!.Index;
        netlink.AddAddress(device, ipv4, NodePrefixLength);
        netlink.AddAddress(device, ipv6, NodePrefixLengthV6);
        netlink.SetUp(device);
    }
}
