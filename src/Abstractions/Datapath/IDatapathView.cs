using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath;

/// <summary>What the datapath holds now, read from the datapath itself. Works beside a running agent and without one; changes nothing.</summary>
/// <remarks>Each list is empty when the datapath was never set up. Every member throws <see cref="Errors.CiliumException"/> when the state cannot be read.</remarks>
public interface IDatapathView
{
    /// <summary>Endpoints, by number.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<EndpointInfo>> ListEndpointsAsync(CancellationToken cancellationToken);

    /// <summary>Policy entries with counters, by subject and key.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<PolicyEntryInfo>> ListPoliciesAsync(CancellationToken cancellationToken);

    /// <summary>Addresses and identities, by prefix. The origin is <see cref="IpCacheOrigin.Cidr"/> where the datapath does not keep it.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<IpCacheRow>> ListIpCacheAsync(CancellationToken cancellationToken);

    /// <summary>Tracked connections, in no order.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<ConnectionInfo>> ListConnectionsAsync(CancellationToken cancellationToken);

    /// <summary>Counters by reason and direction.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<IReadOnlyList<MetricInfo>> ListMetricsAsync(CancellationToken cancellationToken);
}
