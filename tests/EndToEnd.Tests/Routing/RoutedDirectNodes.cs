using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>Each node is in a subnet of its own, and the router between them knows the way to every node's pods: the agents leave those ranges to it.</summary>
public sealed class RoutedDirectNodes : DirectNodes
{
    protected override IReadOnlyList<string> Routing => [.. base.Routing, "routing.direct.skip-unreachable=true"];

    protected override LabCabling Cabling => base.Cabling with { RoutesPods = true };

    protected override LabCluster Create(string name) => LabCluster.CreateRouted(name, Cabling);
}
