using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>The machines have no IPv4 address; their pods have.</summary>
public sealed class IPv6TunnelNodes : TunnelNodes
{
    /// <summary>IPv6, UDP, VXLAN and the inner Ethernet header.</summary>
    public override int Overhead => 70;

    protected override LabCabling Cabling => base.Cabling with { HasIPv4 = false };
}
