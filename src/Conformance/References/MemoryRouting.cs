using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.References;

/// <summary>Routing that plans the devices with a default route, and keeps its routes in a dictionary.</summary>
public sealed class MemoryRouting : IRoutingBackend
{
    /// <summary>Routing over a routing table.</summary>
    /// <param name="routes">The table; outlives the instance.</param>
    public MemoryRouting(IDictionary<IpPrefix, NodeRouteRow> routes) => NodeRoutes = new MemoryTarget<NodeRouteRow, IpPrefix>(row => row.PodCidr, routes)
    {
        Refuses = row => row.NextHop is null && row.Device is null ? $"route {row.PodCidr}: a range of this node needs a device. Name the host device." : null,
    };

    /// <inheritdoc />
    public RoutingCapabilities Capabilities => RoutingCapabilities.RemoteNodes;

    /// <inheritdoc />
    public IReconcileTarget<NodeRouteRow> NodeRoutes { get; }

    /// <inheritdoc />
    public RoutingPlan Plan(NodeDescription node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return new(Encapsulation.None, 0, [.. node.Devices.Where(device => device.HasDefaultRoute).Select(device => new PlannedDevice(device.Name, DeviceRole.Native))]);
    }

    /// <inheritdoc />
    public ValueTask InitializeAsync(CancellationToken cancellationToken) => default;

    /// <inheritdoc />
    public ValueTask DisposeAsync() => default;
}
