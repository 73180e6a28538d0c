using System.Net;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab;

/// <summary>A node namespace and a "world" namespace behind its physical device. Everything is removed on disposal, whatever happened.</summary>
/// <remarks>The world is a machine outside the cluster: it knows the node's address and routes the pod ranges to it, and is the node's default router.</remarks>
public sealed class LabNetwork : IDisposable
{
    private readonly ILabFabric? _fabric;

    private LabNetwork(NetworkNamespace node, NetworkNamespace world, LabPlace place, ILabFabric? fabric) => (Node, World, Place, _fabric) = (node, world, place, fabric);

    /// <summary>Name of the physical device of a node, and of any other machine.</summary>
    public static string NodeDevice => "eth0";

    /// <summary>The node.</summary>
    public NetworkNamespace Node { get; }

    /// <summary>The machine outside.</summary>
    public NetworkNamespace World { get; }

    /// <summary>The node's addresses and ranges.</summary>
    public LabPlace Place { get; }

    /// <summary>The address of a node that is alone.</summary>
    public static IPAddress NodeIPv4 { get; } = LabPlace.Of(0).IPv4;

    /// <summary>The address of a node that is alone.</summary>
    public static IPAddress NodeIPv6 { get; } = LabPlace.Of(0).IPv6;

    /// <summary>The machine outside.</summary>
    public static IPAddress WorldIPv4 { get; } = IPAddress.Parse("192.0.2.1");

    /// <summary>The machine outside.</summary>
    public static IPAddress WorldIPv6 { get; } = IPAddress.Parse("2001:db8::1");

    /// <summary>Builds both namespaces and the cable between them.</summary>
    /// <param name="name">Prefix of the namespaces' names; one lab per name.</param>
    /// <param name="place">The node's addresses, and the ranges that the world routes to it.</param>
    public static LabNetwork Create(string name, LabPlace place) => Create(name, place, new LabCabling());

    /// <summary>Builds both namespaces and the cable between them.</summary>
    /// <param name="name">Prefix of the namespaces' names; one lab per name.</param>
    /// <param name="place">The node's addresses, and the ranges that the world routes to it.</param>
    /// <param name="cabling">What the cable bears, and whether the world knows the pods.</param>
    public static LabNetwork Create(string name, LabPlace place, LabCabling cabling)
    {
        ArgumentNullException.ThrowIfNull(cabling);
        var node = NetworkNamespace.Create($"{name}-node");
        LabNetwork? network = null;
        try
        {
            network = new LabNetwork(node, NetworkNamespace.Create($"{name}-world"), place, fabric: null);
            network.Connect(cabling);
            return network;
        }
        catch
        {
            network?.World.Delete();
            node.Delete();
            throw;
        }
    }

    /// <summary>Builds a node's namespace and puts it on a segment or behind a router, which outlives it.</summary>
    /// <param name="name">Prefix of the namespace's name.</param>
    /// <param name="place">The node's addresses, and the ranges that the world routes to it.</param>
    /// <param name="fabric">The segment or the router.</param>
    public static LabNetwork Join(string name, LabPlace place, ILabFabric fabric)
    {
        ArgumentNullException.ThrowIfNull(fabric);
        var node = NetworkNamespace.Create($"{name}-node");
        try
        {
            Wiring.Forward(node);
            fabric.Attach(node, place);
            return new LabNetwork(node, fabric.World, place, fabric);
        }
        catch
        {
            node.Delete();
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_fabric is null)
            World.Delete();
        Node.Delete();
    }

    private void Connect(LabCabling cabling)
    {
        Wiring.Forward(Node);
        using var node = RouteNetlink.Open(Node);
        using var world = RouteNetlink.Open(World);
        node.CreateVeth(new VethPair { Name = NodeDevice, PeerName = NodeDevice, PeerNamespace = World, Mtu = cabling.Mtu });
        Wiring.Configure(node, NodeDevice, Place.IPv4, Place.IPv6, cabling);
        Wiring.Configure(world, NodeDevice, WorldIPv4, WorldIPv6, cabling);
        Wiring.RouteByDefault(node, WorldIPv4, WorldIPv6, cabling);
        Wiring.RouteToPods(world, NodeDevice, Place, cabling);
    }
}
