using System.Net;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab;

/// <summary>A machine beside the nodes that is none: a client or a server outside the cluster, or a router that speaks BGP with them.</summary>
/// <param name="Namespace">Where its processes run.</param>
/// <param name="IPv4">Its IPv4 address; given to nobody where the underlay is IPv6 alone.</param>
/// <param name="IPv6">Its IPv6 address.</param>
public sealed record LabMachine(NetworkNamespace Namespace, IPAddress IPv4, IPAddress IPv6)
{
    /// <summary>Its address of a family.</summary>
    /// <param name="v6">True: IPv6.</param>
    public IPAddress Address(bool v6) => v6 ? IPv6 : IPv4;
}
