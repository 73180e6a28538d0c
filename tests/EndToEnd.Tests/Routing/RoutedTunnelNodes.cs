using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>Each node is in a subnet of its own, and the router between them knows no pod.</summary>
public sealed class RoutedTunnelNodes : TunnelNodes
{
    protected override LabCluster Create(string name) => LabCluster.CreateRouted(name, Cabling);
}
