using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Direct;

/// <summary>Routes of this node's own pod ranges; devices are those that the settings name, or those with a default route.</summary>
/// <param name="devicesPath">Path of the setting, for messages.</param>
/// <param name="devices">Names; empty: those with a default route.</param>
/// <param name="installRoutes">False: touches no kernel (dry runs, simulator).</param>
internal sealed class DirectRouting(string devicesPath, IReadOnlyList<string> devices, bool installRoutes) : IRoutingBackend
{
    private KernelRoutes? _routes;

    public RoutingCapabilities Capabilities => RoutingCapabilities.None;

    public IReconcileTarget<NodeRouteRow> NodeRoutes => installRoutes
        ? _routes ?? throw new InvalidOperationException("The routing backend was not initialised.")
        : NoRoutes.Instance;

    public RoutingPlan Plan(NodeDescription node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var missing = devices.Where(name => node.Devices.All(device => device.Name != name)).ToArray();
        if (missing.Length > 0)
        {
            var known = string.Join(", ", node.Devices.Select(device => device.Name).DefaultIfEmpty("none"));
            throw new ConfigurationException([.. missing.Select(name => new ConfigurationProblem(devicesPath, $"\"{name}\" is not a device of node {node.Name}. Its devices: {known}."))]);
        }

        var chosen = devices.Count > 0 ? devices : [.. node.Devices.Where(device => device.HasDefaultRoute).Select(device => device.Name)];
        return new(Encapsulation.None, MtuOverhead: 0, [.. chosen.Distinct().Select(name => new PlannedDevice(name, DeviceRole.Native))]);
    }

    public ValueTask InitializeAsync(CancellationToken cancellationToken)
    {
        if (installRoutes)
            _routes ??= new KernelRoutes(RouteNetlink.Open());
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _routes?.Dispose();
        return ValueTask.CompletedTask;
    }
}
