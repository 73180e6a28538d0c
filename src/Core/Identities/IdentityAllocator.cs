using System.Collections.Concurrent;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Identities;

/// <summary>Gives every label set one number for the whole cluster, by conditional commits on the store: no locks.</summary>
/// <remarks>
/// A new number costs one commit that holds only if the number is free and nobody uses the labels. Two nodes that meet: the loser reads the
/// winner's number. Until leases exist, a node's use is withdrawn by the node itself, at release and at its next start.
/// </remarks>
/// <param name="store">The store.</param>
/// <param name="known">Numbers in the store, as last seen by this node.</param>
/// <param name="node">Name of this node in the keys: its own IPv4 address, as Cilium does.</param>
/// <param name="clusterId">Goes into bits 16-23.</param>
internal sealed class IdentityAllocator(IKvstore store, IKnownIdentities known, string node, byte clusterId)
{
    /// <summary>Cilium gives up after 16 attempts too (facts 9.4).</summary>
    private const int Attempts = 16;

    private readonly ConcurrentDictionary<LabelSet, NumericIdentity> _held = new();

    /// <summary>Numbers that this node uses.</summary>
    public IReadOnlyDictionary<LabelSet, NumericIdentity> Held => _held;

    /// <summary>The number of a label set; the same on every node. Needs no store for reserved sets and for those this node uses already.</summary>
    /// <exception cref="CiliumException">The store cannot be reached, or all numbers are taken.</exception>
    public async ValueTask<NumericIdentity> AllocateAsync(LabelSet labels, CancellationToken ct)
    {
        if (ReservedIdentities.TryGet(labels, out var id) || _held.TryGetValue(labels, out id))
            return id;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await JoinAsync(labels, ct) is { } joined)
                return Hold(labels, joined);
            var candidate = known.TryFind(labels, out var unused) ? unused : ChooseFree(attempt);
            if (await CreateAsync(labels, candidate, ct))
                return Hold(labels, candidate);
        }

        throw new CiliumException(ErrorKind.Conflict, $"CF3001 identity of {labels}: no number after {Attempts} attempts, others were faster each time. It is tried again.");
    }

    /// <summary>Takes a number for granted that an earlier process of this node held, without asking the store: endpoints must not wait for it.</summary>
    public void Adopt(LabelSet labels, NumericIdentity id) => _held[labels] = id;

    /// <summary>Writes the keys of an adopted number again.</summary>
    /// <returns>False when the number means other labels by now: it is not held any more and has to be allocated anew.</returns>
    /// <exception cref="CiliumException">The store cannot be reached; the number is still held.</exception>
    public async ValueTask<bool> ConfirmAsync(LabelSet labels, CancellationToken ct)
    {
        if (!_held.TryGetValue(labels, out var id))
            return false;
        if (await FreeForAsync(labels, id, ct) is { } free && (await store.CommitAsync([free], Uses(labels, id), ct)).Succeeded)
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
        await store.CommitAsync([], [new KvOperation.Delete(IdentityKeys.Use(labels, node))], ct);
        _held.TryRemove(labels, out _);
    }

    /// <summary>Withdraws uses that an earlier process of this node left and nobody needs any more.</summary>
    /// <param name="needed">Label sets that are in use.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>How many.</returns>
    public async Task<int> RemoveStaleAsync(IReadOnlySet<LabelSet> needed, CancellationToken ct)
    {
        var keep = needed.Concat(_held.Keys).Select(labels => IdentityKeys.Use(labels, node)).ToHashSet(StringComparer.Ordinal);
        var stale = (await store.ListAsync(IdentityKeys.Uses, ct))
            .Where(entry => entry.Key.EndsWith(";/" + node, StringComparison.Ordinal) && !keep.Contains(entry.Key))
            .ToList();
        foreach (var entry in stale)
            await store.CommitAsync([new KvCondition.RevisionEquals(entry.Key, entry.Revision)], [new KvOperation.Delete(entry.Key)], ct);
        return stale.Count;
    }

    /// <summary>Removes numbers that no node uses.</summary>
    /// <param name="ct">Gives up.</param>
    /// <returns>How many.</returns>
    public async Task<int> CollectAsync(CancellationToken ct)
    {
        var removed = 0;
        foreach (var entry in await store.ListAsync(IdentityKeys.Numbers, ct))
        {
            if (IdentityKeys.ReadLabels(entry.Value.Span) is not { } labels)
                continue;
            var result = await store.CommitAsync(
                [new KvCondition.RevisionEquals(entry.Key, entry.Revision), new KvCondition.PrefixEmpty(IdentityKeys.UsesOf(labels))],
                [new KvOperation.Delete(entry.Key)],
                ct);
            removed += result.Succeeded ? 1 : 0;
        }

        return removed;
    }

    /// <summary>Uses the number that another node (or an earlier process of this one) has for the labels.</summary>
    private async ValueTask<NumericIdentity?> JoinAsync(LabelSet labels, CancellationToken ct)
    {
        var folder = IdentityKeys.UsesOf(labels);
        foreach (var use in await store.ListAsync(folder, ct))
        {
            if (use.Key.AsSpan(folder.Length).Contains('/') || !IdentityKeys.TryReadNumber(use.Value.Span, out var id))
                continue;
            // The number's own key may have been lost; whoever uses the number writes it again. Taken by other labels meanwhile: not this one.
            if (await FreeForAsync(labels, id, ct) is not { } free)
                continue;
            var result = await store.CommitAsync(
                [new KvCondition.RevisionEquals(use.Key, use.Revision), free],
                Uses(labels, id),
                ct);
            if (result.Succeeded)
                return id;
        }

        return null;
    }

    private async ValueTask<bool> CreateAsync(LabelSet labels, NumericIdentity id, CancellationToken ct)
    {
        if (await FreeForAsync(labels, id, ct) is not { } free)
            return false;
        var result = await store.CommitAsync(
            [free, new KvCondition.PrefixEmpty(IdentityKeys.UsesOf(labels))],
            Uses(labels, id),
            ct);
        return result.Succeeded;
    }

    /// <summary>The condition under which a number may mean these labels; null when it means others.</summary>
    private async ValueTask<KvCondition?> FreeForAsync(LabelSet labels, NumericIdentity id, CancellationToken ct)
    {
        var number = IdentityKeys.Number(id);
        var present = await store.GetAsync(number, ct);
        if (present is null)
            return new KvCondition.KeyAbsent(number);
        return present.Value.Span.SequenceEqual(IdentityKeys.Value(labels)) ? new KvCondition.RevisionEquals(number, present.Revision) : null;
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

    private KvOperation[] Uses(LabelSet labels, NumericIdentity id) =>
    [
        new KvOperation.Put(IdentityKeys.Number(id), IdentityKeys.Value(labels)),
        new KvOperation.Put(IdentityKeys.Use(labels, node), IdentityKeys.Value(id)),
    ];

    private NumericIdentity Hold(LabelSet labels, NumericIdentity id) => _held[labels] = id;
}
