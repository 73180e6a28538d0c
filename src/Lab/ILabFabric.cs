using System.Net;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab;

/// <summary>What joins the machines of a lab. A machine need not be a node: a client or server outside the cluster is any namespace that was attached.</summary>
public interface ILabFabric : IDisposable
{
    /// <summary>The machine outside, everybody's default router.</summary>
    NetworkNamespace World { get; }

    /// <summary>How it is cabled.</summary>
    LabCabling Cabling { get; }

    /// <summary>The place of a machine.</summary>
    /// <param name="number">0..99 for nodes, 100..145 for other machines.</param>
    LabPlace Place(int number);

    /// <summary>Plugs a machine in. Its device is <c>eth0</c>, its default router the machine outside.</summary>
    /// <param name="machine">The machine; the lab does not remove it.</param>
    /// <param name="ipv4">Its address.</param>
    /// <param name="ipv6">Its address.</param>
    void Attach(NetworkNamespace machine, IPAddress ipv4, IPAddress ipv6);

    /// <summary>Plugs a node in, and routes its pods' addresses to it if the cabling says so.</summary>
    /// <param name="node">The node.</param>
    /// <param name="place">Its addresses and ranges.</param>
    void Attach(NetworkNamespace node, LabPlace place);
}
