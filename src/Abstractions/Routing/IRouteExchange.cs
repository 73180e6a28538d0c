using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing;

/// <summary>A routing daemon beside this node, such as a BGP speaker: what it knows, and what it is asked to tell others.</summary>
public interface IRouteExchange
{
    /// <summary>Prefixes that the daemon is to tell its peers. Only those that came through here are withdrawn here.</summary>
    IReconcileTarget<AdvertisementRow> Advertisements { get; }

    /// <summary>Whom the backend speaks with. Never throws because the daemon is away: that is an answer.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<RouteSpeakerInfo> DescribeAsync(CancellationToken cancellationToken);

    /// <summary>The daemon's peers, by address.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Errors.CiliumException">The daemon does not answer, or speaks a protocol that the backend only recognises.</exception>
    ValueTask<IReadOnlyList<RoutePeerInfo>> ListPeersAsync(CancellationToken cancellationToken);

    /// <summary>Routes that the daemon knows, by prefix.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="Errors.CiliumException">The daemon does not answer, or speaks a protocol that the backend only recognises.</exception>
    ValueTask<IReadOnlyList<ExchangedRouteInfo>> ListRoutesAsync(CancellationToken cancellationToken);
}
