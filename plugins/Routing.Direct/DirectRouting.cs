using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing.Shared;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Direct;

/// <summary>Routes of this node's own pod ranges and, where asked for, of those of nodes that it reaches without a router.</summary>
/// <param name="settings">The settings.</param>
/// <param name="protocol">Marks our routes in the kernel.</param>
internal sealed class DirectRouting(DirectSettings settings, byte protocol) : IRoutingBackend
{
    private KernelRoutes? _routes;

    public RoutingCapabilities Capabilities => settings.AutoDirectNodeRoutes ? RoutingCapabilities.RemoteNodes : RoutingCapabilities.None;

    public IReconcileTarget<NodeRouteRow> NodeRoutes => settings.InstallRoutes
        ? _routes ?? throw new InvalidOperationException("The routing backend was not initialised.")
        : NoRoutes.Instance;

    public RoutingPlan Plan(NodeDescription node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return new(Encapsulation.None, MtuOverhead: 0, [.. settings.Devices.Of(node).Select(device => new PlannedDevice(device.Name, DeviceRole.Native))]);
    }

    public ValueTask InitializeAsync(CancellationToken cancellationToken)
    {
        if (settings.InstallRoutes)
            _routes ??= new KernelRoutes(RouteNetlink.Open(), protocol, RemoteRanges(settings), "direct");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _routes?.Dispose();
        return ValueTask.CompletedTask;
    }

    internal static IRemoteRanges RemoteRanges(DirectSettings settings) => settings.AutoDirectNodeRoutes ? new GatewayRanges(settings) : new UnknownRanges(settings);
}
