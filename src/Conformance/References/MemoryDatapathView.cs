using Cilium.Framework.Datapath;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.References;

/// <summary>What the reference datapath holds.</summary>
internal sealed class MemoryDatapathView(MemoryDatapathState state) : IDatapathView
{
    public ValueTask<IReadOnlyList<EndpointInfo>> ListEndpointsAsync(CancellationToken cancellationToken) => Read(() =>
        from row in state.Endpoints.Values
        orderby row.Id
        select new EndpointInfo(row.Id, row.IfIndex, row.Identity, row.IPv4, row.IPv6, row.Mac, state.PolicyOf(row) is not null));

    public ValueTask<IReadOnlyList<PolicyEntryInfo>> ListPoliciesAsync(CancellationToken cancellationToken) => Read(() =>
        from row in state.Policies.Values
        orderby row.Id.Subject, row.Id.Variant
        from entry in row.Entries
        select new PolicyEntryInfo(row.Id.Subject, entry, 0, 0));

    public ValueTask<IReadOnlyList<IpCacheRow>> ListIpCacheAsync(CancellationToken cancellationToken) => Read(() => state.IpCache.Values.OrderBy(row => row.Prefix));

    public ValueTask<IReadOnlyList<ConnectionInfo>> ListConnectionsAsync(CancellationToken cancellationToken) => Read(() => state.Connections.Select(Describe));

    public ValueTask<IReadOnlyList<MetricInfo>> ListMetricsAsync(CancellationToken cancellationToken) => Read(() =>
        state.Metrics.Select(metric => new MetricInfo(metric.Key.Reason, metric.Key.Direction, metric.Value.Packets, metric.Value.Bytes)));

    private ConnectionInfo Describe(MemoryFlow flow)
    {
        var (source, destination) = (state.IdentityOf(flow.Source), state.IdentityOf(flow.Destination));
        return new(
            flow.Protocol, flow.Source, flow.SourcePort, flow.Destination, flow.DestinationPort, source, destination, "established", int.MaxValue, 0,
            RuleOf(state.EndpointAt(flow.Source), TrafficDirection.Egress, destination, flow), RuleOf(state.EndpointAt(flow.Destination), TrafficDirection.Ingress, source, flow));
    }

    private RuleCookie RuleOf(EndpointRow? endpoint, TrafficDirection direction, NumericIdentity remote, MemoryFlow flow) =>
        endpoint is not null && state.PolicyOf(endpoint) is { } policy && policy.Entries.TryMatch(direction, remote, flow.Protocol, flow.DestinationPort, out var entry) ? entry.Rule : RuleCookie.None;

    private ValueTask<IReadOnlyList<T>> Read<T>(Func<IEnumerable<T>> list)
    {
        lock (state.Sync)
            return new([.. list()]);
    }
}
