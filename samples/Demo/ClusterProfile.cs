namespace Cilium.Framework.Demo;

/// <summary>What brings packets from node to node.</summary>
internal enum Between
{
    /// <summary>The network, which knows the ranges of pods.</summary>
    Network,

    /// <summary>An overlay: packets are wrapped in VXLAN.</summary>
    Tunnel,

    /// <summary>Routes that the agents make.</summary>
    Nodes,

    /// <summary>Routes that kube-router, or what stands in for it, makes.</summary>
    KubeRouter,
}

/// <summary>A profile of several nodes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="HasConsul">The shared store is Consul; else it is etcd.</param>
/// <param name="Between">What brings packets from node to node.</param>
internal sealed record ClusterProfile(string Name, bool HasConsul, Between Between)
{
    /// <summary>All that are shown.</summary>
    public static IReadOnlyList<ClusterProfile> All { get; } =
    [
        new("etcd-direct", HasConsul: false, Between.Network), new("consul-direct", HasConsul: true, Between.Network),
        new("etcd-vxlan", HasConsul: false, Between.Tunnel), new("consul-vxlan", HasConsul: true, Between.Tunnel),
        new("direct", HasConsul: false, Between.Nodes), new("kube-router", HasConsul: false, Between.KubeRouter),
    ];

    /// <summary>In words, how packets find their way.</summary>
    public string Ways => Between switch
    {
        Between.Network => "The network between the nodes knows the ranges of their pods, and routes them",
        Between.Tunnel => "The network between the nodes knows no pod: each node wraps packets to the pods of others in VXLAN",
        Between.Nodes => "The network between the nodes knows no pod: each node routes the ranges of the others to their addresses",
        _ => "The network between the nodes knows no pod. kube-router itself does not run here: on each node a gobgpd tells the peers its ranges,\n"
            + "and a stand-in plays kube-router's part of writing what the peers tell into the kernel as routes (protocol 17); the agents only watch these",
    };

    /// <summary>Bytes that wrapping takes of each packet: IPv4, UDP, VXLAN and the inner Ethernet header.</summary>
    public int Overhead => Between == Between.Tunnel ? 50 : 0;

    /// <summary>What <c>cilium mtu</c> calls it.</summary>
    public string Encapsulation => Between == Between.Tunnel ? "vxlan" : "none";
}
