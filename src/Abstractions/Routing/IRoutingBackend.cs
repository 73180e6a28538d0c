using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing;

/// <summary>Makes pod addresses reachable between nodes, and this node's own through its host device.</summary>
/// <remarks>Marks every kernel object it makes as its own (a route protocol number of its own) and never touches others.</remarks>
public interface IRoutingBackend : IAsyncDisposable
{
    /// <summary>What the backend does.</summary>
    RoutingCapabilities Capabilities { get; }

    /// <summary>How packets would leave a node. Pure: no I/O, same answer for the same node.</summary>
    /// <param name="node">The node.</param>
    /// <exception cref="Errors.ConfigurationException">The backend's settings do not fit the node, such as a device that it does not have.</exception>
    RoutingPlan Plan(NodeDescription node);

    /// <summary>Prepares the kernel. Idempotent; re-uses what an earlier process made.</summary>
    /// <param name="cancellationToken">Gives up; calling again is safe.</param>
    /// <exception cref="Errors.CiliumException">The kernel refused; the text says what to do.</exception>
    ValueTask InitializeAsync(CancellationToken cancellationToken);

    /// <summary>Routes to pod ranges: this node's own and, with <see cref="RoutingCapabilities.RemoteNodes"/>, those of other nodes.</summary>
    /// <remarks>A range that cannot be reached is a failed row; its text says why, and an operator reads it in the status.</remarks>
    IReconcileTarget<NodeRouteRow> NodeRoutes { get; }

    /// <summary>Where routes are told to and learned from other routers; null: the backend speaks with none.</summary>
    IRouteExchange? Exchange => null;
}
