using System.Collections.Concurrent;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.Store;

namespace Cilium.Framework.Identities;

/// <summary>Gives every label set one number for the whole cluster, by conditional commits on the store: no locks.</summary>
/// <remarks>
/// A new number costs one commit that holds only if the number is free and nobody uses the labels. Two nodes that meet: the loser reads the winner's number.
/// A number that was seen is joined only after reading who uses the labels: another node, whose view of the store is late, may have made another number for them.
/// A node's use is under its lease, and withdrawn by the node itself at release.
/// </remarks>
/// <param name="store">The store.</param>
/// <param name="lease">Lease of this node's uses.</param>
/// <param name="keys">How the store's keys are written.</param>
/// <param name="known">Numbers in the store, as last seen by this node.</param>
/// <param name="node">Name of this node in the keys (<see cref="NodeKeyName"/>).</param>
/// <param name="clusterId">Goes into bits 16-23.</param>
/// <param name="refused">Learns which uses are not believed.</param>
internal sealed class IdentityAllocator(StoreCalls store, NodeLease lease, IdentityKeys keys, IKnownIdentities known, string node, byte clusterId, RefusedKeys refused)
{
    /// <summary>Cilium gives up after 16 attempts too (facts 9.4).</summary>
    private const int Attempts = 16;

    private readonly ConcurrentDictionary<LabelSet, NumericIdentity> _held = new();

    /// <summary>Sets whose number is under way: their uses may be in the store already, and are not stale.</summary>
    private readonly ConcurrentDictionary<LabelSet, byte> _underWay = new();

    /// <summary>Numbers that this node uses.</summary>
    public IReadOnlyDictionary<LabelSet, NumericIdentity> Held => _held;

    /// <summary>The number of a label set; the same on every node. Needs no store for those that this node uses already. Sets with a fixed number never come here.</summary>
    /// <exception cref="CiliumException">The store cannot be reached, or all numbers are taken.</exception>
    public async ValueTask<NumericIdentity> AllocateAsync(LabelSet labels, CancellationToken ct)
    {
        if (labels.All(label => label.Source == Label.ReservedSource))
            throw new ArgumentException($"{labels} has a fixed number or none: it is never allocated.", nameof(labels));
        if (_held.TryGetValue(labels, out var id))
            return id;
        _underWay[labels] = 0;
        try
        {
            return await FindOrCreateAsync(labels, ct);
        }
        finally
        {
            _underWay.TryRemove(labels, out _);
        }
    }

    /// <summary>Takes a number for granted that an earlier process of this node held, without asking the store: endpoints must not wait for it.</summary>
    public void Adopt(LabelSet labels, NumericIdentity id) => _held[labels] = id;

    /// <summary>Writes the keys of a number that is held again, the number's own too when it is gone.</summary>
    /// <returns>False when the number means other labels by now: it is not held any more and has to be allocated anew.</returns>
    /// <exception cref="CiliumException">The store cannot be reached; the number is still held.</exception>
    public async ValueTask<bool> ConfirmAsync(LabelSet labels, CancellationToken ct)
    {
        if (!_held.TryGetValue(labels, out var id))
            return false;
        if (await JoinSeenAsync(labels, id, ct) || await JoinAsync(labels, id, ct))
            return true;
        _held.TryRemove(labels, out _);
        return false;
    }

    /// <summary>Withdraws this node's use; success when there is none.</summary>
    /// <exception cref="CiliumException">The store cannot be reached; the use stands.</exception>
    public async ValueTask ReleaseAsync(LabelSet labels, CancellationToken ct)
    {
        if (!_held.ContainsKey(labels))
            return;
        await store.CommitAsync([], [new KvOperation.Delete(keys.Use(labels, node))], ct);
        _held.TryRemove(labels, out _);
    }

    /// <summary>Withdraws uses that an earlier process of this node left and nobody needs any more.</summary>
    /// <param name="needed">Label sets that are in use.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>How many.</returns>
    public async Task<int> RemoveStaleAsync(IReadOnlySet<LabelSet> needed, CancellationToken ct)
    {
        var uses = await store.ListAsync(IdentityKeys.Uses, ct);
        // Asked after listing: a set that was taken meanwhile is not stale.
        var keep = needed.Concat(_held.Keys).Concat(_underWay.Keys).Select(labels => keys.Use(labels, node)).ToHashSet(StringComparer.Ordinal);
        refused.Keep(IdentityKeys.Uses, uses.Where(use => IdentityKeys.ReadNumber(use.Value.Span) is not { } id || !AllocatedNumbers.Contains(id)).Select(use => use.Key).ToHashSet());
        return await RemoveAsync(uses.Where(use => IdentityKeys.IsUseOf(use.Key, node) && !keep.Contains(use.Key)), ct);
    }

    /// <summary>Withdraws every use under a name that this node had before.</summary>
    /// <param name="former">The name.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>How many.</returns>
    public async Task<int> RemoveUsesOfAsync(string former, CancellationToken ct) =>
        former == node ? 0 : await RemoveAsync((await store.ListAsync(IdentityKeys.Uses, ct)).Where(use => IdentityKeys.IsUseOf(use.Key, former)), ct);

    private async Task<NumericIdentity> FindOrCreateAsync(LabelSet labels, CancellationToken ct)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            // A number that looks free costs one commit; only when that fails, or when there is one, the store is read.
            var isSeen = known.TryFind(labels, out var id, out var revision);
            if (!isSeen || revision == 0)
            {
                var candidate = isSeen ? id : ChooseFree(attempt);
                if (await CreateAsync(labels, candidate, ct))
                    return Hold(labels, candidate);
            }

            if (await FindUsedAsync(labels, ct) is { } joined)
                return Hold(labels, joined);
            if (isSeen && await JoinAsync(labels, id, ct, isUnused: true))
                return Hold(labels, id);
        }

        throw new CiliumException(ErrorKind.Conflict, $"CF3001 identity of {labels}: no number after {Attempts} attempts, others were faster each time. It is tried again.");
    }

    /// <summary>Uses a number that is held, whose key was seen in the store and has not changed since.</summary>
    private async Task<bool> JoinSeenAsync(LabelSet labels, NumericIdentity id, CancellationToken ct) =>
        SeenFor(labels, id) is { } seen && (await lease.CommitAsync([seen], held => [Use(labels, id, held)], ct)).Succeeded;

    /// <summary>The number means these labels as it was seen in the store; null: it was not.</summary>
    private KvCondition? SeenFor(LabelSet labels, NumericIdentity id) =>
        known.TryFind(labels, out var seen, out var revision) && seen == id && revision > 0 ? new KvCondition.RevisionEquals(IdentityKeys.Number(id), revision) : null;

    /// <summary>Uses a number, whatever state its key is in; false: it means other labels, or its key is gone and the labels are in use all the same.</summary>
    private async Task<bool> JoinAsync(LabelSet labels, NumericIdentity id, CancellationToken ct, bool isUnused = false)
    {
        if (await FreeForAsync(labels, id, ct) is not { } free)
            return false;
        // A number whose key is gone comes back only where nobody has given the labels another one meanwhile.
        IReadOnlyList<KvCondition> conditions = isUnused || free is KvCondition.KeyAbsent ? [free, new KvCondition.PrefixEmpty(keys.UsesOf(labels))] : [free];
        return (await lease.CommitAsync(conditions, held => Join(labels, id, free, held), ct)).Succeeded;
    }

    /// <summary>Uses the number that another node (or an earlier process of this one) has for the labels.</summary>
    private async ValueTask<NumericIdentity?> FindUsedAsync(LabelSet labels, CancellationToken ct)
    {
        var folder = keys.UsesOf(labels);
        CiliumException? unbelieved = null;
        foreach (var use in await store.ListAsync(folder, ct))
        {
            if (use.Key.AsSpan(folder.Length).Contains('/'))
                continue;
            var said = IdentityKeys.ReadNumber(use.Value.Span);
            var objection = AllocatedNumbers.Objection(said, labels);
            refused.Judge(use.Key, objection);
            if (objection is not null || said is not { } id)
            {
                unbelieved ??= await RefuseAsync(labels, use, objection, ct);
                continue;
            }

            // The number's own key may have been lost; whoever uses the number writes it again. Taken by other labels meanwhile: not this one.
            if ((SeenFor(labels, id) is { } seen && await JoinUseAsync(labels, id, use, seen, ct)) || (await FreeForAsync(labels, id, ct) is { } free && await JoinUseAsync(labels, id, use, free, ct)))
                return id;
        }

        return unbelieved is null ? null : throw unbelieved;
    }

    private async Task<bool> JoinUseAsync(LabelSet labels, NumericIdentity id, KvEntry use, KvCondition free, CancellationToken ct) =>
        (await lease.CommitAsync([new KvCondition.RevisionEquals(use.Key, use.Revision), free], held => Join(labels, id, free, held), ct)).Succeeded;

    /// <summary>A use that is not believed: this node's own goes; with one of another node alone nobody can tell that the labels have no number, so they get none.</summary>
    private async Task<CiliumException?> RefuseAsync(LabelSet labels, KvEntry use, string? objection, CancellationToken ct)
    {
        if (use.Key != keys.Use(labels, node))
            return new CiliumException(ErrorKind.Conflict, $"CF3003 identity of {labels}: the store's key {use.Key} is not believed: {objection}. Remove the key, and find out who wrote it. It is tried again.");
        await RemoveAsync([use], ct);
        refused.Judge(use.Key, null);
        return null;
    }

    /// <summary>Not in a store that was wiped since this node looked: whoever uses another number for the labels will write it again.</summary>
    private async ValueTask<bool> CreateAsync(LabelSet labels, NumericIdentity id, CancellationToken ct)
    {
        KvCondition[] conditions = [new KvCondition.KeyAbsent(IdentityKeys.Number(id)), new KvCondition.PrefixEmpty(keys.UsesOf(labels)), .. known.Witness is { } witness ? [witness] : (KvCondition[])[]];
        return (await lease.CommitAsync(conditions, held => Both(labels, id, held), ct)).Succeeded;
    }

    /// <summary>The condition under which a number may mean these labels; null when it means others.</summary>
    private async ValueTask<KvCondition?> FreeForAsync(LabelSet labels, NumericIdentity id, CancellationToken ct)
    {
        var number = IdentityKeys.Number(id);
        var present = await store.GetAsync(number, ct);
        if (present is null)
            return new KvCondition.KeyAbsent(number);
        return present.Value.Span.SequenceEqual(keys.Value(labels)) ? new KvCondition.RevisionEquals(number, present.Revision) : null;
    }

    /// <summary>A random number that is free as far as this node knows: two nodes that choose at once rarely meet.</summary>
    private NumericIdentity ChooseFree(int attempt)
    {
        const int count = (int)(NumericIdentity.LastAllocated - NumericIdentity.FirstAllocated + 1);
        var start = Random.Shared.Next(count);
        for (var i = 0; i < count; i++)
        {
            var local = NumericIdentity.FirstAllocated + (uint)((start + i) % count);
            var id = new NumericIdentity(((uint)clusterId << 16) | local);
            if (!known.Contains(id))
                return id;
        }

        throw new CiliumException(
            ErrorKind.Exhausted, $"CF3002 no identity number is free: all {count} of cluster {clusterId} are taken (attempt {attempt + 1}). Exclude labels that are unique to each workload (setting labels).");
    }

    private async Task<int> RemoveAsync(IEnumerable<KvEntry> uses, CancellationToken ct)
    {
        var removed = 0;
        foreach (var use in uses)
        {
            var result = await store.CommitAsync([new KvCondition.RevisionEquals(use.Key, use.Revision)], [new KvOperation.Delete(use.Key)], ct);
            removed += result.Succeeded ? 1 : 0;
        }

        return removed;
    }

    /// <summary>A number's own key is written only where it is missing: every node would be told of it otherwise.</summary>
    private KvOperation[] Join(LabelSet labels, NumericIdentity id, KvCondition free, IKvLease held) => free is KvCondition.KeyAbsent ? Both(labels, id, held) : [Use(labels, id, held)];

    private KvOperation[] Both(LabelSet labels, NumericIdentity id, IKvLease held) => [new KvOperation.Put(IdentityKeys.Number(id), keys.Value(labels)), Use(labels, id, held)];

    private KvOperation Use(LabelSet labels, NumericIdentity id, IKvLease held) => new KvOperation.Put(keys.Use(labels, node), IdentityKeys.Value(id), held);

    private NumericIdentity Hold(LabelSet labels, NumericIdentity id) => _held[labels] = id;
}
