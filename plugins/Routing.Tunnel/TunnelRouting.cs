using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing.Shared;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Tunnel;

/// <summary>The overlay device, and routes to the ranges of all nodes that lead to where the datapath picks packets up.</summary>
/// <param name="settings">The settings.</param>
/// <param name="routeProtocol">Marks our routes in the kernel.</param>
internal sealed class TunnelRouting(TunnelSettings settings, byte routeProtocol) : IRoutingBackend
{
    private KernelRoutes? _routes;

    public RoutingCapabilities Capabilities => RoutingCapabilities.RemoteNodes | RoutingCapabilities.CarriesIdentity;

    public IReconcileTarget<NodeRouteRow> NodeRoutes => settings.InstallRoutes
        ? _routes ?? throw new InvalidOperationException("The routing backend was not initialised.")
        : NoRoutes.Instance;

    public RoutingPlan Plan(NodeDescription node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return TunnelPlan.Of(settings, node);
    }

    public ValueTask InitializeAsync(CancellationToken cancellationToken)
    {
        if (!settings.InstallRoutes)
            return ValueTask.CompletedTask;
        // The device first, also a second time: somebody may have deleted it.
        using (var netlink = RouteNetlink.Open())
            new OverlayDevice(netlink, settings).Ensure();
        _routes ??= new KernelRoutes(RouteNetlink.Open(), routeProtocol, OverlayRanges.Instance, "tunnel");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _routes?.Dispose();
        return ValueTask.CompletedTask;
    }
}
