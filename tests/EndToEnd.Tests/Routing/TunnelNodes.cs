namespace Cilium.Framework.EndToEnd.Tests.Routing;

public class TunnelNodes : RoutedNodes
{
    /// <summary>IPv4, UDP, VXLAN and the inner Ethernet header.</summary>
    public override int Overhead => 50;

    protected override IReadOnlyList<string> Routing => ["routing.provider=tunnel"];
}
