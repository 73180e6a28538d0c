using Cilium.Framework.Conformance.Routing;
using Cilium.Framework.Netlink;
using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Routing.KubeRouter.Tests.Nodes;

namespace Cilium.Framework.Routing.KubeRouter.Tests;

/// <summary>Beside no GoBGP: the backend starts all the same.</summary>
public sealed class ConformanceTests : RoutingConformance
{
    protected override ValueTask<IRoutingBackend> CreateAsync() => new(new KubeRouterRouting(
        new("routing:kube-router") { GoBgp = new(GoBgpAddress.Parse("unix:///nowhere/gobgp.sock")) }, new FakeContext(), RouteNetlink.Open));
}
