using System.Net;
using System.Threading.Channels;
using Cilium.Framework.Datapath;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.References;

/// <summary>Everything that the reference datapath holds. Used under its lock.</summary>
internal sealed class MemoryDatapathState
{
    public Lock Sync { get; } = new();

    public Dictionary<ushort, EndpointRow> Endpoints { get; } = [];

    public Dictionary<PolicyId, PolicyRow> Policies { get; } = [];

    public Dictionary<IpPrefix, IpCacheRow> IpCache { get; } = [];

    public Dictionary<string, DeviceRow> Devices { get; } = [];

    /// <summary>Connections, from the side that began them.</summary>
    public HashSet<MemoryFlow> Connections { get; } = [];

    public Dictionary<(DropReason Reason, TrafficDirection Direction), (ulong Packets, ulong Bytes)> Metrics { get; } = [];

    public Channel<DatapathEvent> Events { get; } = Channel.CreateUnbounded<DatapathEvent>();

    public EndpointRow? EndpointAt(IPAddress address) => Endpoints.Values.FirstOrDefault(row => address.Equals(row.IPv4) || address.Equals(row.IPv6));

    public NumericIdentity IdentityOf(IPAddress address) =>
        EndpointAt(address)?.Identity ?? IpCache.Values.Where(row => row.Prefix.Contains(address)).MaxBy(row => row.Prefix.Length)?.Identity ?? NumericIdentity.World;

    public PolicyRow? PolicyOf(EndpointRow endpoint) => endpoint.Policy is { } id ? Policies.GetValueOrDefault(id) : null;

    public void ForgetConnectionsOf(EndpointRow endpoint) =>
        Connections.RemoveWhere(flow => ((IPAddress[])[flow.Source, flow.Destination]).Any(address => address.Equals(endpoint.IPv4) || address.Equals(endpoint.IPv6)));

    public void Count(DropReason reason, TrafficDirection direction, int bytes)
    {
        var before = Metrics.GetValueOrDefault((reason, direction));
        Metrics[(reason, direction)] = (before.Packets + 1, before.Bytes + (ulong)bytes);
    }
}
