using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.View;

/// <summary>What the simulator of this process holds.</summary>
internal sealed class SimulatorView(SimulatorState state) : IDatapathView
{
    public ValueTask<IReadOnlyList<EndpointInfo>> ListEndpointsAsync(CancellationToken cancellationToken) => Read(() =>
        from endpoint in state.Endpoints.All
        let row = endpoint.Row
        orderby row.Id
        select new EndpointInfo(row.Id, row.IfIndex, row.Identity, row.IPv4, row.IPv6, row.Mac, state.Policies.Find(row.Policy) is not null));

    public ValueTask<IReadOnlyList<PolicyEntryInfo>> ListPoliciesAsync(CancellationToken cancellationToken) => Read(() =>
        from policy in state.Policies.All
        orderby policy.Id.Subject, policy.Id.Variant
        from entry in policy.Entries
        let counter = policy.CounterOf(entry.Key)
        select new PolicyEntryInfo(policy.Id.Subject, entry, counter.Packets, counter.Bytes));

    public ValueTask<IReadOnlyList<IpCacheRow>> ListIpCacheAsync(CancellationToken cancellationToken) => Read(() => state.Addresses.All.OrderBy(row => row.Prefix));

    public ValueTask<IReadOnlyList<ConnectionInfo>> ListConnectionsAsync(CancellationToken cancellationToken) => Read(() =>
        from connection in state.Connections.All
        let key = connection.Key
        let verdict = connection.Verdict
        select new ConnectionInfo(
            key.Protocol, key.Initiator.ToIPAddress(), key.InitiatorPort, key.Responder.ToIPAddress(), key.ResponderPort,
            verdict.Initiator.Identity, verdict.Responder.Identity,
            connection.State, state.Clock.SecondsUntil(connection.Expires), verdict.Number,
            verdict.Initiator.Rule, verdict.Responder.Rule));

    public ValueTask<IReadOnlyList<MetricInfo>> ListMetricsAsync(CancellationToken cancellationToken) => Read(() => state.Metrics.All);

    private ValueTask<IReadOnlyList<T>> Read<T>(Func<IEnumerable<T>> list)
    {
        lock (state.Sync)
            return new([.. list()]);
    }
}
