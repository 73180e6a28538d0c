using System.Net.Sockets;
using Cilium.Framework.Conformance.Routing;
using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Direct.Tests;

public sealed class ConformanceTests : RoutingConformance
{
    protected override ValueTask<IRoutingBackend> CreateAsync() => new(new DirectRouting("routing:direct:devices", [], installRoutes: false));
}

[Trait("Needs", "Root")]
public sealed class RouteConformanceTests : RouteTargetConformance
{
    private static readonly IpPrefix Foreign = IpPrefix.Parse("10.77.0.0/24");
    private static int _count;

    private readonly List<KernelRoutes> _targets = [];
    private NetworkNamespace? _namespace;
    private RouteNetlink? _netlink;

    protected override string Device => "host0";

    protected override NodeRouteRow Refused => Row("10.99.0.0/24") with { Device = "none0" };

    public override ValueTask DisposeAsync()
    {
        foreach (var target in _targets)
            target.Dispose();
        _netlink?.Dispose();
        _namespace?.Delete();
        return base.DisposeAsync();
    }

    protected override ValueTask<IReconcileTarget<NodeRouteRow>> CreateAsync()
    {
        Require.Root();
        _namespace = NetworkNamespace.Create($"conf{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        _netlink = RouteNetlink.Open(_namespace);
        _netlink.CreateVeth(new VethPair { Name = Device, PeerName = "peer0" });
        foreach (var name in (string[])[Device, "peer0"])
            _netlink.SetUp(_netlink.FindLink(name)!.Index);
        return new(Target());
    }

    protected override ValueTask<IReconcileTarget<NodeRouteRow>?> RestartAsync() => new(Target());

    protected override ValueTask<IReadOnlyList<string>> ObserveAsync() => new([.. All().Where(route => route.Protocol == KernelRoutes.Protocol).Select(route => route.ToString())]);

    protected override ValueTask<bool> AddForeignAsync()
    {
        // RTPROT_STATIC of linux/rtnetlink.h: an administrator's.
        _netlink!.ReplaceRoute(new Route { Destination = Foreign.Address, PrefixLength = Foreign.Length, IfIndex = _netlink.FindLink(Device)!.Index, Protocol = 4, Scope = 253 });
        return new(true);
    }

    protected override ValueTask<bool> ForeignIsThereAsync() => new(All().Any(route => route.Protocol == 4 && Foreign.Address.Equals(route.Destination)));

    private KernelRoutes Target()
    {
        _targets.Add(new(RouteNetlink.Open(_namespace!)));
        return _targets[^1];
    }

    private IEnumerable<Route> All() => [.. _netlink!.ListRoutes(AddressFamily.InterNetwork), .. _netlink.ListRoutes(AddressFamily.InterNetworkV6)];
}
