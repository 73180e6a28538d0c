using System.Net.Sockets;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Targets;

/// <summary>Addresses and identities. One number per batch ends all verdicts that an address played a part in.</summary>
internal sealed class IpCacheTarget(MapSet maps, Revision revision, TunnelIndex tunnels) : IReconcileTarget<IpCacheRow>
{
    private readonly Lock _lock = new();

    public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<IpCacheRow> batch, CancellationToken cancellationToken)
    {
        using var change = new RevisionChange(revision);
        // A trie finds the longest match, not the key: what it holds is read as a whole, once per batch and only after a restart.
        var prefixes = new Lazy<Dictionary<IpCacheKey, IpCacheValue>>(() => maps.IpCachePrefix.Entries().DistinctBy(entry => entry.Key).ToDictionary());
        lock (_lock)
            return new(BatchRun.Each(batch, item => Apply(item, prefixes, change), cancellationToken));
    }

    public ValueTask<int> PruneAsync(IReadOnlyCollection<IpCacheRow> desired, CancellationToken cancellationToken)
    {
        var wanted = desired.Select(row => row.Prefix).ToHashSet();
        using var change = new RevisionChange(revision);
        var removed = 0;
        lock (_lock)
        {
            foreach (var map in new[] { maps.IpCache, maps.IpCachePrefix })
            {
                var unwanted = map.Entries().Select(entry => entry.Key).Where(key => !wanted.Contains(PrefixOf(key))).ToArray();
                removed += unwanted.TakeWhile(_ => !cancellationToken.IsCancellationRequested).Count(key => Remove(map, key, change));
            }

            if (!cancellationToken.IsCancellationRequested)
                tunnels.KeepOnly(maps.IpCache.Entries().Concat(maps.IpCachePrefix.Entries()).Select(entry => entry.Value.Tunnel).ToHashSet());
        }

        return new(removed);
    }

    /// <summary>The prefix that a key stands for.</summary>
    public static IpPrefix PrefixOf(IpCacheKey key) => new(key.Address.ToIPAddress(key.Family)!, (int)key.PrefixLength - IpCacheKey.StaticBits);

    private void Apply(ReconcileItem<IpCacheRow> item, Lazy<Dictionary<IpCacheKey, IpCacheValue>> prefixes, RevisionChange change)
    {
        var key = KeyOf(item.Row.Prefix);
        var map = item.Row.Prefix.IsHost ? maps.IpCache : maps.IpCachePrefix;
        if (item.Action == ReconcileAction.Delete)
        {
            Remove(map, key, change);
            return;
        }

        if (item.Realised is { } realised && realised.Identity == item.Row.Identity && Equals(realised.TunnelEndpoint, item.Row.TunnelEndpoint))
            return;
        var desired = ValueOf(item.Row);
        if (item.Realised is null && Holds(item.Row.Prefix, key, desired, prefixes))
            return;
        change.Open();
        map.Set(key, desired);
        change.Addresses = true;
    }

    private static bool Remove(BpfMap<IpCacheKey, IpCacheValue> map, IpCacheKey key, RevisionChange change)
    {
        change.Open();
        var removed = map.Remove(key);
        change.Addresses |= removed;
        return removed;
    }

    private bool Holds(IpPrefix prefix, IpCacheKey key, IpCacheValue desired, Lazy<Dictionary<IpCacheKey, IpCacheValue>> prefixes) => prefix.IsHost
        ? maps.IpCache.TryGet(key, out var current) && IsSame(current, desired)
        : prefixes.Value.TryGetValue(key, out var held) && IsSame(held, desired);

    private static bool IsSame(IpCacheValue left, IpCacheValue right) =>
        left.Identity == right.Identity && left.TunnelEndpoint == right.TunnelEndpoint && left.TunnelEndpoint6.Equals(right.TunnelEndpoint6) && left.Tunnel == right.Tunnel;

    private static IpCacheKey KeyOf(IpPrefix prefix) => new()
    {
        PrefixLength = (uint)(prefix.Length + IpCacheKey.StaticBits),
        Family = WireAddress.FamilyOf(prefix.Address),
        Address = WireAddress.From(prefix.Address),
    };

    private IpCacheValue ValueOf(IpCacheRow row) => new()
    {
        Identity = row.Identity.Value,
        TunnelEndpoint = row.TunnelEndpoint is { AddressFamily: AddressFamily.InterNetwork } ipv4 ? WireAddress.From(ipv4).Word0 : 0,
        TunnelEndpoint6 = row.TunnelEndpoint is { AddressFamily: AddressFamily.InterNetworkV6 } ipv6 ? WireAddress.From(ipv6) : default,
        Tunnel = tunnels.Get(row.Prefix, row.TunnelEndpoint),
    };
}
