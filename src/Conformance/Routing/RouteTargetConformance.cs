using System.Net;
using Cilium.Framework.Conformance.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Routing;

/// <summary>What the target of node routes must do, with rows for this node's own ranges. A backend that claims <c>RemoteNodes</c> derives a second time, with rows of other nodes.</summary>
public abstract class RouteTargetConformance : TargetConformance<NodeRouteRow>
{
    /// <summary>A device that exists where the target works, for routes of this node.</summary>
    protected abstract string Device { get; }

    /// <inheritdoc />
    protected override IReadOnlyList<NodeRouteRow> Rows => [Row("10.44.0.0/24"), Row("10.45.0.0/24"), Row("fd44::/64")];

    /// <inheritdoc />
    protected override NodeRouteRow Changed(NodeRouteRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row with { Mtu = row.Mtu - 100 };
    }

    /// <summary>A route of this node.</summary>
    /// <param name="cidr">The range.</param>
    /// <param name="source">Preferred source address, which the node must have.</param>
    protected NodeRouteRow Row(string cidr, string? source = null) => new(IpPrefix.Parse(cidr), "node1", null, Device, source is null ? null : IPAddress.Parse(source), 1450);
}
