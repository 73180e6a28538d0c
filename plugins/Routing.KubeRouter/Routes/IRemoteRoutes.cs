using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Routes;

/// <summary>What becomes of rows for ranges of other nodes.</summary>
internal interface IRemoteRoutes
{
    /// <summary>Own routes to ranges of other nodes are what is wanted; else they are left over.</summary>
    bool OwnsRoutes { get; }

    /// <param name="row">A row with a next hop.</param>
    /// <param name="kernel">Routes of the row's family, read before.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="NetlinkException">The kernel refuses.</exception>
    ValueTask<RowOutcome> UpsertAsync(NodeRouteRow row, KernelSnapshot kernel, CancellationToken cancellationToken);

    /// <summary>The range is not wanted any more. Own routes to it are removed by the caller, afterwards.</summary>
    void Forget(IpPrefix prefix);

    /// <summary>Only these ranges are wanted.</summary>
    void Retain(IReadOnlySet<IpPrefix> prefixes);
}
