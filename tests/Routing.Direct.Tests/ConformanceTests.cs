using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Conformance.Routing;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing.Shared;
using Cilium.Framework.Routing.Testing;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Direct.Tests;

public sealed class ConformanceTests : RoutingConformance
{
    protected override ValueTask<IRoutingBackend> CreateAsync() =>
        new(new DirectRouting(new() { Path = "routing:direct", Devices = new("routing:direct:devices", []), InstallRoutes = false }, RoutedNode.Protocol));
}

[Trait("Needs", "Root")]
public sealed class RouteConformanceTests : RouteTargetConformance
{
    private RoutedNode? _node;

    protected override string Device => "cilium_host";

    protected override NodeRouteRow Refused => Row("10.99.0.0/24") with { Device = "none0" };

    public override ValueTask DisposeAsync()
    {
        _node?.Dispose();
        return base.DisposeAsync();
    }

    protected override ValueTask<IReconcileTarget<NodeRouteRow>> CreateAsync()
    {
        _node = new();
        return new(Target());
    }

    protected override ValueTask<IReconcileTarget<NodeRouteRow>?> RestartAsync() => new(Target());

    protected override ValueTask<IReadOnlyList<string>> ObserveAsync() => new([.. _node!.Own.Select(route => route.ToString())]);

    protected override ValueTask<bool> AddForeignAsync()
    {
        // RTPROT_STATIC of linux/rtnetlink.h: an administrator's.
        _node!.AddForeign("10.77.0.0/24", Device, protocol: 4);
        return new(true);
    }

    protected override ValueTask<bool> AddForeignRouteAsync(IpPrefix range)
    {
        _node!.AddForeign(range.ToString(), "lan0", protocol: 4);
        return new(true);
    }

    protected override ValueTask<bool> ForeignIsThereAsync() => new(_node!.All.Any(route => route.Protocol == 4));

    private KernelRoutes Target() => _node!.Routes(new UnknownRanges(new() { Path = "routing:direct", Devices = new("routing:direct:devices", []) }));
}

[Trait("Needs", "Root")]
public sealed class RemoteRouteConformanceTests : RemoteRouteTargetConformance
{
    private RoutedNode? _node;

    protected override string Device => "cilium_host";

    protected override NodeRouteRow Refused => Remote("10.99.0.0/24") with { NextHop = IPAddress.Parse("2001:db8::2") };

    protected override NodeRouteRow Unreachable => Remote("10.98.0.0/24") with { NextHop = IPAddress.Parse("203.0.113.7") };

    public override ValueTask DisposeAsync()
    {
        _node?.Dispose();
        return base.DisposeAsync();
    }

    protected override (IPAddress First, IPAddress Second) NextHops(AddressFamily family) => RoutedNode.Neighbours(family);

    protected override ValueTask<IReconcileTarget<NodeRouteRow>> CreateAsync()
    {
        _node = new();
        return new(Target());
    }

    protected override ValueTask<IReconcileTarget<NodeRouteRow>?> RestartAsync() => new(Target());

    protected override ValueTask<IReadOnlyList<string>> ObserveAsync() => new([.. _node!.Own.Select(route => route.ToString())]);

    protected override ValueTask<bool> AddForeignAsync() => AddForeignRouteAsync(IpPrefix.Parse("10.77.0.0/24"));

    protected override ValueTask<bool> AddForeignRouteAsync(IpPrefix range)
    {
        _node!.AddForeign(range.ToString(), "lan0", protocol: 17, "192.0.2.9");
        return new(true);
    }

    protected override ValueTask<bool> ForeignIsThereAsync() => new(_node!.All.Any(route => route.Protocol == 17 && IPAddress.Parse("192.0.2.9").Equals(route.Gateway)));

    private KernelRoutes Target() => _node!.Routes(new GatewayRanges(new() { Path = "routing:direct", Devices = new("routing:direct:devices", []), AutoDirectNodeRoutes = true }));
}
