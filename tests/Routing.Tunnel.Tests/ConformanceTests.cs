using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Conformance.Routing;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing.Shared;
using Cilium.Framework.Routing.Testing;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Tunnel.Tests;

public sealed class VxlanConformanceTests : RoutingConformance
{
    protected override ValueTask<IRoutingBackend> CreateAsync() => new(Tunnels.Routing(Tunnels.Settings() with { InstallRoutes = false }));
}

public sealed class GeneveConformanceTests : RoutingConformance
{
    protected override ValueTask<IRoutingBackend> CreateAsync() => new(Tunnels.Routing(Tunnels.Settings(TunnelProtocol.Geneve, underlay: AddressFamily.InterNetworkV6) with { InstallRoutes = false }));
}

/// <summary>With a real device, in a namespace.</summary>
[Trait("Needs", "Root")]
public sealed class DeviceConformanceTests : RoutingConformance
{
    private RoutedNode? _node;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _node?.Dispose();
    }

    protected override ValueTask<IRoutingBackend> CreateAsync()
    {
        _node ??= new();
        return new(Tunnels.Routing(Tunnels.Settings()));
    }

    // The backend works in the namespace of the thread that initialises it.
    protected override ValueTask<T> RunAsync<T>(Func<ValueTask<T>> call) => new(_node!.Namespace.Run(() => call().AsTask()));
}

[Trait("Needs", "Root")]
public sealed class RemoteRouteConformanceTests : RemoteRouteTargetConformance
{
    private RoutedNode? _node;

    protected override string Device => OverlayRanges.HostDevice;

    protected override NodeRouteRow Refused => Row("10.99.0.0/24") with { Device = "none0" };

    public override ValueTask DisposeAsync()
    {
        _node?.Dispose();
        return base.DisposeAsync();
    }

    protected override (IPAddress First, IPAddress Second) NextHops(AddressFamily family) => RoutedNode.Neighbours(family);

    protected override void NotApplicable(string reason) => Assert.Equal("Unreachable gives null: this backend reaches every node", reason);

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

    private KernelRoutes Target() => _node!.Routes(OverlayRanges.Instance);
}
