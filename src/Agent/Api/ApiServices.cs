using Cilium.Framework.Agent.Endpoints;
using Cilium.Framework.Agent.Events;
using Cilium.Framework.Agent.Exchange;
using Cilium.Framework.Agent.Policies;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Identities;
using Cilium.Framework.Ipam;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Agent.Api;

/// <summary>What the API answers from.</summary>
internal sealed record ApiServices
{
    public required EndpointService Endpoints { get; init; }

    public required IReadTable<NumericIdentity, IdentityRow> Identities { get; init; }

    public required IpamService Ipam { get; init; }

    public required IPolicyService Policies { get; init; }

    /// <summary>What the nodes share.</summary>
    public required SharedKeys Kvstore { get; init; }

    public required EventHub Events { get; init; }

    public required TableCatalog Tables { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Answer to <c>GET /healthz</c>.</summary>
    public required Func<CancellationToken, Task<StatusResponse>> Status { get; init; }

    /// <summary>Answer to <c>GET /framework/health</c>.</summary>
    public required Func<ClusterHealth> Health { get; init; }

    /// <summary>Answer to <c>GET /config</c>.</summary>
    public required Func<DaemonConfiguration> Configuration { get; init; }

    /// <summary>Answer to <c>GET /framework/route-ledger</c>.</summary>
    public required Func<IReadOnlyList<RouteLedgerEntry>> RouteLedger { get; init; }

    /// <summary>Answer to <c>GET /framework/mtu</c>.</summary>
    public required Func<MtuReport> Mtu { get; init; }

    /// <summary>The routing daemon beside the node.</summary>
    public required RouteExchangeService RouteExchange { get; init; }

    public required IReadOnlyList<PluginInfo> Plugins { get; init; }

    public required IReadOnlyList<ConfigurationValue> ConfigurationValues { get; init; }

    public required CancellationToken Stopping { get; init; }
}
