using System.Net;
using Cilium.Framework.Conformance.Routing;
using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing.KubeRouter.Tests.Nodes;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Tests.Routes;

/// <summary>With ranges of this node, beside no GoBGP; what is refused is a range of another node that nobody routes.</summary>
[Trait("Needs", "Root")]
public sealed class RouteConformanceTests : RouteTargetConformance
{
    private static readonly IpPrefix Foreign = IpPrefix.Parse("10.77.0.0/24");
    private static int _count;

    private readonly List<RoutingNode> _nodes = [];
    private NetworkNamespace? _machine;

    protected override string Device => RoutingNode.HostDevice;

    protected override NodeRouteRow Refused => Row("10.99.0.0/24") with { NextHop = IPAddress.Parse("192.0.2.9"), Node = "node2" };

    public override async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        _machine?.Delete();
        await base.DisposeAsync();
    }

    protected override async ValueTask<IReconcileTarget<NodeRouteRow>> CreateAsync()
    {
        Require.Root();
        _machine = NetworkNamespace.Create($"kr{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        return await TargetAsync();
    }

    protected override async ValueTask<IReconcileTarget<NodeRouteRow>?> RestartAsync() => await TargetAsync();

    protected override ValueTask<IReadOnlyList<string>> ObserveAsync() => new([.. _nodes[0].Routes().Select(route => route.ToString())]);

    protected override ValueTask<bool> AddForeignAsync()
    {
        // kube-router's.
        _nodes[0].Netlink.ReplaceRoute(new Route { Destination = Foreign.Address, PrefixLength = Foreign.Length, IfIndex = _nodes[0].Netlink.FindLink(Device)!.Index, Protocol = 17, Scope = 253 });
        return new(true);
    }

    protected override ValueTask<bool> ForeignIsThereAsync() => new(_nodes[0].Routes(protocol: 17).Any(route => Foreign.Address.Equals(route.Destination)));

    private async Task<IReconcileTarget<NodeRouteRow>> TargetAsync()
    {
        _nodes.Add(await RoutingNode.StartAsync(_machine!, "/nowhere/gobgp.sock"));
        return _nodes[^1].Routing.NodeRoutes;
    }
}
