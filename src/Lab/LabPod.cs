using System.Net;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab;

/// <summary>A workload: a namespace with one device, known to the agent as an endpoint.</summary>
/// <param name="Name">Its name in the lab, also its container name.</param>
/// <param name="ContainerId">What the agent knows it by.</param>
/// <param name="Namespace">Where its processes run.</param>
/// <param name="HostDevice">Host side of its device.</param>
/// <param name="EndpointId">Its number.</param>
/// <param name="IPv4">Its IPv4 address.</param>
/// <param name="IPv6">Its IPv6 address.</param>
public sealed record LabPod(string Name, string ContainerId, NetworkNamespace Namespace, string HostDevice, int EndpointId, IPAddress IPv4, IPAddress IPv6)
{
    /// <summary>Name of the device inside.</summary>
    public const string Device = "eth0";

    /// <summary>Its address of a family.</summary>
    /// <param name="v6">True: IPv6.</param>
    public IPAddress Address(bool v6) => v6 ? IPv6 : IPv4;
}
