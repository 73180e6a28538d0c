using System.Net.Sockets;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Targets;

/// <summary>Addresses and identities. One number per batch ends all verdicts that an address played a part in.</summary>
internal sealed class IpCacheTarget(MapSet maps, Revision revision) : IReconcileTarget<IpCacheRow>
{
    public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<IpCacheRow> batch, CancellationToken cancellationToken)
    {
        var changed = false;
        // A trie finds the longest match, not the key: what it holds is read as a whole, once per batch and only after a restart.
        var prefixes = new Lazy<Dictionary<IpCacheKey, IpCacheValue>>(() => maps.IpCachePrefix.Entries().DistinctBy(entry => entry.Key).ToDictionary());
        var outcomes = BatchRun.Each(batch, item => changed |= Apply(item, prefixes), cancellationToken);
        if (changed)
            revision.AddressesChanged();
        return new(outcomes);
    }

    public ValueTask<int> PruneAsync(IReadOnlyCollection<IpCacheRow> desired, CancellationToken cancellationToken)
    {
        var wanted = desired.Select(row => row.Prefix).ToHashSet();
        var removed = 0;
        foreach (var map in new[] { maps.IpCache, maps.IpCachePrefix })
        {
            var unwanted = map.Entries().Select(entry => entry.Key).Where(key => !wanted.Contains(PrefixOf(key))).ToArray();
            removed += unwanted.TakeWhile(_ => !cancellationToken.IsCancellationRequested).Count(map.Remove);
        }

        if (removed > 0)
            revision.AddressesChanged();
        return new(removed);
    }

    /// <summary>The prefix that a key stands for.</summary>
    public static IpPrefix PrefixOf(IpCacheKey key) => new(key.Address.ToIPAddress(key.Family)!, (int)key.PrefixLength - IpCacheKey.StaticBits);

    private bool Apply(ReconcileItem<IpCacheRow> item, Lazy<Dictionary<IpCacheKey, IpCacheValue>> prefixes)
    {
        var key = KeyOf(item.Row.Prefix);
        var map = item.Row.Prefix.IsHost ? maps.IpCache : maps.IpCachePrefix;
        if (item.Action == ReconcileAction.Delete)
            return map.Remove(key);
        var desired = ValueOf(item.Row);
        if (Holds(item, key, desired, prefixes))
            return false;
        map.Set(key, desired);
        return true;
    }

    private bool Holds(ReconcileItem<IpCacheRow> item, IpCacheKey key, IpCacheValue desired, Lazy<Dictionary<IpCacheKey, IpCacheValue>> prefixes)
    {
        if (item.Realised is { } realised)
            return IsSame(ValueOf(realised), desired);
        return item.Row.Prefix.IsHost
            ? maps.IpCache.TryGet(key, out var current) && IsSame(current, desired)
            : prefixes.Value.TryGetValue(key, out var held) && IsSame(held, desired);
    }

    private static bool IsSame(IpCacheValue left, IpCacheValue right) =>
        left.Identity == right.Identity && left.TunnelEndpoint == right.TunnelEndpoint && left.TunnelEndpoint6.Equals(right.TunnelEndpoint6);

    private static IpCacheKey KeyOf(IpPrefix prefix) => new()
    {
        PrefixLength = (uint)(prefix.Length + IpCacheKey.StaticBits),
        Family = WireAddress.FamilyOf(prefix.Address),
        Address = WireAddress.From(prefix.Address),
    };

    private static IpCacheValue ValueOf(IpCacheRow row) => new()
    {
        Identity = row.Identity.Value,
        TunnelEndpoint = row.TunnelEndpoint is { AddressFamily: AddressFamily.InterNetwork } ipv4 ? WireAddress.From(ipv4).Word0 : 0,
        TunnelEndpoint6 = row.TunnelEndpoint is { AddressFamily: AddressFamily.InterNetworkV6 } ipv6 ? WireAddress.From(ipv6) : default,
    };
}
