using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Core.ScenarioTests.Targets;

/// <summary>What the datapath holds, every change of it in words, and its verdict on a packet, as the contracts of the rows say it.</summary>
internal sealed class RecordingDatapath
{
    private readonly Journal _journal;

    /// <param name="names">Words for numbers.</param>
    public RecordingDatapath(Naming names)
    {
        _journal = new(names);
        Policies = new("policies", row => row.Id, (before, after) =>
        {
            _journal.Policy(before, after);
            Mirror?.PolicyChanged(before, after);
            Watcher?.PolicyChanged(before, after);
        }, item => Watcher?.Misled(item));
        Endpoints = new("endpoints", row => row.Id, (before, after) =>
        {
            _journal.Endpoint(before, after);
            Mirror?.EndpointChanged(before, after);
            Watcher?.EndpointChanged(before, after);
        }, item => Watcher?.Misled(item));
        IpCache = new("ipcache", row => row.Prefix, (before, after) =>
        {
            _journal.IpCache(before, after);
            Mirror?.IpCacheChanged(before, after);
            Watcher?.IpCacheChanged(before, after);
        }, item => Watcher?.Misled(item)) { Applying = row => Watcher?.IpCacheApplying(row) };
    }

    public RecordingTarget<PolicyId, PolicyRow> Policies { get; }

    public RecordingTarget<ushort, EndpointRow> Endpoints { get; }

    public RecordingTarget<IpPrefix, IpCacheRow> IpCache { get; }

    /// <summary>The target of a table.</summary>
    public IFaultyTarget Target(string table) => table switch
    {
        "policies" => Policies,
        "endpoints" => Endpoints,
        _ => IpCache,
    };

    /// <summary>Everything that changed, in order.</summary>
    public IReadOnlyList<JournalEntry> Journal => _journal.Entries;

    /// <summary>Holds the same; told after every row, before <see cref="Watcher"/>.</summary>
    public IDatapathWatcher? Mirror { get; set; }

    /// <summary>Told after every row.</summary>
    public IDatapathWatcher? Watcher { get; set; }

    /// <summary>The endpoint of this node that has the address.</summary>
    public EndpointRow? Local(IPAddress address) => Endpoints.Held.Values.FirstOrDefault(endpoint => address.Equals(endpoint.IPv4) || address.Equals(endpoint.IPv6));

    /// <summary>What an address resolves to: an endpoint is what its row says, everything else what the longest prefix says.</summary>
    public NumericIdentity IdentityOf(IPAddress address) => Local(address)?.Identity ?? Resolve(address);

    /// <summary>What the ipcache says.</summary>
    public NumericIdentity Resolve(IPAddress address) =>
        IpCache.Held.Values.Where(row => row.Prefix.Contains(address)).MaxBy(row => row.Prefix.Length)?.Identity ?? NumericIdentity.World;

    /// <summary>The first packet of a flow.</summary>
    public bool Passes(Truth.Packet packet)
    {
        var (from, to) = (Local(packet.From), Local(packet.To));
        return Allows(from, TrafficDirection.Egress, IdentityOf(packet.To), packet) && Allows(to, TrafficDirection.Ingress, IdentityOf(packet.From), packet);
    }

    /// <summary>Whether one side lets it through. No policy, or one that is not there: nothing passes.</summary>
    public bool Allows(EndpointRow? endpoint, TrafficDirection direction, NumericIdentity remote, Truth.Packet packet) =>
        endpoint is null || (endpoint.Policy is { } id && Policies.Held.TryGetValue(id, out var policy) && policy.Entries.TryMatch(direction, remote, IpProtocol.Tcp, packet.Port, out _));
}
