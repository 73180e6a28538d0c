using Cilium.Framework.Ipam;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Rows;
using Cilium.Framework.Store;

namespace Cilium.Framework.Nodes;

/// <summary>Claims ranges in the store: each is a key that is created only when nobody has it, without a lease, because a node that is down keeps its range.</summary>
/// <remarks>
/// Ranges of another size, made under other settings, lie under other keys and may overlap. So whoever has claimed looks once more, and of two claims
/// that overlap the later gives way before it is used: at least one of the two sees the other.
/// </remarks>
/// <param name="store">The store.</param>
/// <param name="self">This node.</param>
internal sealed class PodCidrKeys(StoreCalls store, NodeKey self)
{
    /// <summary>Claims a range out of pools of one family, or finds the one that this node has already.</summary>
    /// <param name="pools">Pools of one family, in order.</param>
    /// <param name="alsoTaken">Ranges that others have without a claim.</param>
    /// <param name="ct">Gives up; what was claimed meanwhile is found the next time.</param>
    /// <returns>Null: none is free.</returns>
    /// <exception cref="Errors.CiliumException">The store cannot be reached.</exception>
    public async Task<IpPrefix?> FindAsync(IReadOnlyList<IpamClusterPool> pools, IReadOnlyCollection<IpPrefix> alsoTaken, CancellationToken ct)
    {
        while (true)
        {
            var claims = await store.ListAsync(StoredPodCidrRow.Folder, ct);
            if (claims.FirstOrDefault(claim => IsOwn(claim) && RangeOf(claim)?.IsIPv6 == pools[0].Cidr.IsIPv6) is { } own)
            {
                if (await StandsAsync(own.Key, own.Revision, claims, ct))
                    return RangeOf(own);
            }
            else if (FreeRange.Choose(pools, [.. claims.Select(RangeOf).OfType<IpPrefix>(), .. alsoTaken], self) is not { } free)
            {
                return null;
            }
            else if (await TakeAsync(free, ct))
            {
                return free;
            }
        }
    }

    /// <summary>Claims one range, unless it is this node's already.</summary>
    /// <param name="cidr">The range.</param>
    /// <param name="ct">Gives up; it may be claimed all the same.</param>
    /// <returns>False: it is another node's, or overlaps one.</returns>
    /// <exception cref="Errors.CiliumException">The store cannot be reached.</exception>
    public async Task<bool> TakeAsync(IpPrefix cidr, CancellationToken ct)
    {
        var claim = new StoredPodCidrRow(cidr, self);
        var taken = await store.CommitAsync([new KvCondition.KeyAbsent(claim.StoreKey)], [new KvOperation.Put(claim.StoreKey, claim.Value)], ct);
        return taken.Succeeded
            ? await StandsAsync(claim.StoreKey, taken.Revision, await store.ListAsync(StoredPodCidrRow.Folder, ct), ct)
            : await store.GetAsync(claim.StoreKey, ct) is { } present && IsOwn(present);
    }

    /// <summary>Gives back everything that this node has claimed.</summary>
    /// <param name="ct">Gives up.</param>
    /// <returns>The ranges.</returns>
    /// <exception cref="Errors.CiliumException">The store cannot be reached.</exception>
    public async Task<IReadOnlyList<IpPrefix>> ReleaseAsync(CancellationToken ct)
    {
        var released = new List<IpPrefix>();
        foreach (var claim in (await store.ListAsync(StoredPodCidrRow.Folder, ct)).Where(IsOwn))
        {
            if ((await store.CommitAsync([new KvCondition.RevisionEquals(claim.Key, claim.Revision)], [new KvOperation.Delete(claim.Key)], ct)).Succeeded && RangeOf(claim) is { } range)
                released.Add(range);
        }

        return released;
    }

    /// <summary>Whether a claim of this node is earlier than every other that it overlaps; one that is not is taken back.</summary>
    private async Task<bool> StandsAsync(string key, ulong revision, IReadOnlyList<KvEntry> claims, CancellationToken ct)
    {
        var range = IpPrefix.Parse(key[StoredPodCidrRow.Folder.Length..]);
        if (!claims.Any(other => other.Key != key && other.Revision < revision && RangeOf(other) is { } theirs && (theirs.Contains(range) || range.Contains(theirs))))
            return true;
        await store.CommitAsync([new KvCondition.RevisionEquals(key, revision)], [new KvOperation.Delete(key)], ct);
        return false;
    }

    /// <summary>A key that names a range takes it, whatever its value.</summary>
    private static IpPrefix? RangeOf(KvEntry claim) => StoredPodCidrRow.ReadKey(claim.Key.AsSpan(StoredPodCidrRow.Folder.Length));

    private bool IsOwn(KvEntry claim) => claim.Value.Span.SequenceEqual(new StoredPodCidrRow(default, self).Value);
}
