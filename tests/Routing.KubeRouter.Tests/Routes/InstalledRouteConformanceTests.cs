using System.Net;
using Cilium.Framework.Conformance.Routing;
using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing.KubeRouter.Tests.Nodes;
using Cilium.Framework.Routing.KubeRouter.Tests.Servers;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Tests.Routes;

/// <summary>With ranges of another node that its gobgpd tells; what is refused is one that nobody tells.</summary>
[Trait("Needs", "Root")]
public sealed class InstalledRouteConformanceTests : RouteTargetConformance
{
    private static readonly IPAddress Here = BgpLab.Place(0).IPv4, There = BgpLab.Place(1).IPv4;
    private static readonly IpPrefix Foreign = IpPrefix.Parse("10.77.0.0/24");

    private readonly BgpLab _lab = new();
    private readonly List<RoutingNode> _nodes = [];

    protected override string Device => RoutingNode.HostDevice;

    protected override IReadOnlyList<NodeRouteRow> Rows => [Remote("10.44.0.0/24"), Remote("10.45.0.0/24"), Remote("fd44::/64")];

    protected override NodeRouteRow Refused => Remote("10.99.0.0/24");

    protected override TimeSpan Patience => Lab.Patience.Of(TimeSpan.FromSeconds(20));

    public override async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
        _lab.Dispose();
        await base.DisposeAsync();
    }

    protected override async ValueTask<IReconcileTarget<NodeRouteRow>> CreateAsync()
    {
        var stop = TestContext.Current.CancellationToken;
        var program = RequireBgp.GoBgpd(3);
        await _lab.AddAsync(program, [new(There, BgpLab.As)]);
        var other = (await _lab.ConnectAsync(await _lab.AddAsync(program, [new(Here, BgpLab.As)]))).Api;
        foreach (var row in Rows)
            await other.AdvertiseAsync(row.PodCidr, row.NextHop!, stop);
        var target = await TargetAsync();
        foreach (var row in Rows)
            await _nodes[0].UntilDoneAsync(row);
        await target.PruneAsync([], stop);
        return target;
    }

    protected override async ValueTask<IReconcileTarget<NodeRouteRow>?> RestartAsync() => await TargetAsync();

    protected override ValueTask<IReadOnlyList<string>> ObserveAsync() => new([.. _nodes[0].Routes().Select(route => route.ToString())]);

    protected override ValueTask<bool> AddForeignAsync()
    {
        _nodes[0].Netlink.ReplaceRoute(new Route { Destination = Foreign.Address, PrefixLength = Foreign.Length, Gateway = There, Protocol = 17 });
        return new(true);
    }

    protected override ValueTask<bool> ForeignIsThereAsync() => new(_nodes[0].Routes(protocol: 17).Any(route => Foreign.Address.Equals(route.Destination)));

    private static NodeRouteRow Remote(string range) => RoutingNode.Remote(range, range.Contains(':', StringComparison.Ordinal) ? BgpLab.Place(1).IPv6 : There);

    private async Task<IReconcileTarget<NodeRouteRow>> TargetAsync()
    {
        _nodes.Add(await RoutingNode.StartAsync(_lab.Machines[0], _lab.Speakers[0].Socket, settings => settings with { InstallRoutes = true }));
        return _nodes[^1].Routing.NodeRoutes;
    }
}
