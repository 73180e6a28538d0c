using System.Collections;

namespace Cilium.Framework.Rows;

/// <summary>Immutable set of policy entries, sorted by key, at most one entry per key. Two sets are equal when their entries are.</summary>
public sealed class PolicyEntrySet : IReadOnlyList<PolicyEntry>, IEquatable<PolicyEntrySet>
{
    /// <summary>No entries: denies everything.</summary>
    public static readonly PolicyEntrySet Empty = new([]);

    private readonly PolicyEntry[] _sorted;
    private readonly int _hash;

    private PolicyEntrySet(PolicyEntry[] sorted)
    {
        _sorted = sorted;
        var hash = new HashCode();
        foreach (var entry in sorted)
            hash.Add(entry);
        _hash = hash.ToHashCode();
    }

    /// <summary>Sorts entries into a set.</summary>
    /// <param name="entries">In any order.</param>
    /// <exception cref="ArgumentException">Two entries have the same key.</exception>
    public static PolicyEntrySet Create(IEnumerable<PolicyEntry> entries)
    {
        var sorted = entries.ToArray();
        if (sorted.Length == 0)
            return Empty;
        Array.Sort(sorted, static (left, right) => left.Key.CompareTo(right.Key));
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].Key == sorted[i - 1].Key)
                throw new ArgumentException($"Two policy entries have the key {sorted[i].Key}.", nameof(entries));
        }

        return new(sorted);
    }

    /// <summary>Number of entries.</summary>
    public int Count => _sorted.Length;

    /// <summary>The entry at a position of the sorted order.</summary>
    /// <param name="index">0..<see cref="Count"/>-1.</param>
    public PolicyEntry this[int index] => _sorted[index];

    /// <summary>The entries as a span, sorted by key.</summary>
    public ReadOnlySpan<PolicyEntry> AsSpan() => _sorted;

    /// <summary>The entry with exactly this key.</summary>
    /// <param name="key">Compared field by field; wildcards match only themselves here.</param>
    /// <param name="entry">The entry, when there is one.</param>
    public bool TryGet(PolicyKey key, out PolicyEntry entry)
    {
        int low = 0, high = _sorted.Length - 1;
        while (low <= high)
        {
            var middle = low + ((high - low) >> 1);
            var order = _sorted[middle].Key.CompareTo(key);
            if (order == 0)
            {
                entry = _sorted[middle];
                return true;
            }

            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        entry = default;
        return false;
    }

    /// <summary>The entry that decides about a new flow, in the order of Cilium facts 9.2: exact, identity only, port only, everything.</summary>
    /// <param name="direction">Direction as the subject sees it.</param>
    /// <param name="remote">Identity of the other side.</param>
    /// <param name="protocol">Protocol of the flow.</param>
    /// <param name="port">Destination port; 0 for protocols without ports.</param>
    /// <param name="entry">The deciding entry, when the flow is allowed.</param>
    /// <returns>False when no entry matches: the flow is denied.</returns>
    public bool TryMatch(TrafficDirection direction, NumericIdentity remote, IpProtocol protocol, ushort port, out PolicyEntry entry) =>
        TryGet(new(direction, remote, protocol, port), out entry)
        || TryGet(new(direction, remote, IpProtocol.Any, 0), out entry)
        || TryGet(new(direction, NumericIdentity.Unknown, protocol, port), out entry)
        || TryGet(PolicyKey.All(direction), out entry);

    /// <inheritdoc />
    public bool Equals(PolicyEntrySet? other) =>
        ReferenceEquals(this, other) || (other is not null && _hash == other._hash && _sorted.AsSpan().SequenceEqual(other._sorted));

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as PolicyEntrySet);

    /// <inheritdoc />
    public override int GetHashCode() => _hash;

    /// <inheritdoc />
    public IEnumerator<PolicyEntry> GetEnumerator() => ((IEnumerable<PolicyEntry>)_sorted).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
