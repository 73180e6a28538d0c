using System.Numerics;

namespace Cilium.Framework.Tables;

/// <summary>A node of a <see cref="RowMap{TKey, TRow}"/>: for each value of five bits of the hash a change or a further node. Below the last bits all changes stand in one list.</summary>
internal sealed class RowNode<TKey, TRow>
    where TKey : notnull
    where TRow : class
{
    public static readonly RowNode<TKey, TRow> Empty = new(0, [], null);

    private const int Bits = 5, Mask = (1 << Bits) - 1, HashBits = 32;

    private readonly object? _owner;
    private uint _present;
    private object[] _slots;

    private RowNode(uint present, object[] slots, object? owner) => (_present, _slots, _owner) = (present, slots, owner);

    public TableChange<TKey, TRow>? Find(TKey key, int hash)
    {
        var node = this;
        for (var shift = 0; shift < HashBits; shift += Bits)
        {
            var bit = Bit(hash, shift);
            if ((node._present & bit) == 0)
                return null;
            var slot = node._slots[node.IndexOf(bit)];
            if (slot is TableChange<TKey, TRow> change)
                return Same(change, key) ? change : null;
            node = (RowNode<TKey, TRow>)slot;
        }

        return node.IndexOf(key) is >= 0 and var at ? (TableChange<TKey, TRow>)node._slots[at] : null;
    }

    /// <summary>This node with a change; itself when it is the owner's.</summary>
    /// <param name="added">Nothing was there under the key.</param>
    public RowNode<TKey, TRow> With(TableChange<TKey, TRow> change, int hash, int shift, object owner, out bool added)
    {
        added = false;
        if (shift >= HashBits)
        {
            var at = IndexOf(change.Key);
            added = at < 0;
            return added ? Inserted(_slots.Length, change, 0, owner) : Replaced(at, change, owner);
        }

        var bit = Bit(hash, shift);
        var index = IndexOf(bit);
        added = (_present & bit) == 0;
        if (added)
            return Inserted(index, change, bit, owner);
        if (_slots[index] is RowNode<TKey, TRow> child)
            return Replaced(index, child.With(change, hash, shift + Bits, owner, out added), owner);
        var there = (TableChange<TKey, TRow>)_slots[index];
        if (Same(there, change.Key))
            return Replaced(index, change, owner);
        added = true;
        // Two keys with these bits: one level further down.
        var both = new RowNode<TKey, TRow>(0, [], owner).With(there, there.Key.GetHashCode(), shift + Bits, owner, out _).With(change, hash, shift + Bits, owner, out _);
        return Replaced(index, both, owner);
    }

    /// <summary>This node without a key; null: nothing is left.</summary>
    public RowNode<TKey, TRow>? Without(TKey key, int hash, int shift, object owner, out bool removed)
    {
        removed = false;
        var bit = shift < HashBits ? Bit(hash, shift) : 0;
        var index = shift < HashBits ? (_present & bit) == 0 ? -1 : IndexOf(bit) : IndexOf(key);
        if (index < 0)
            return this;
        if (_slots[index] is RowNode<TKey, TRow> child)
        {
            var left = child.Without(key, hash, shift + Bits, owner, out removed);
            return left is null ? Taken(index, bit, owner) : Replaced(index, left, owner);
        }

        if (!Same((TableChange<TKey, TRow>)_slots[index], key))
            return this;
        removed = true;
        return Taken(index, bit, owner);
    }

    /// <summary>Everything below, in no particular order.</summary>
    public IEnumerable<TableChange<TKey, TRow>> Changes()
    {
        var open = new Stack<(object[] Slots, int Next)>();
        open.Push((_slots, 0));
        while (open.TryPop(out var at))
        {
            var (slots, next) = at;
            while (next < slots.Length)
            {
                var slot = slots[next++];
                if (slot is TableChange<TKey, TRow> change)
                {
                    yield return change;
                    continue;
                }

                open.Push((slots, next));
                (slots, next) = (((RowNode<TKey, TRow>)slot)._slots, 0);
            }
        }
    }

    private static uint Bit(int hash, int shift) => 1u << ((hash >>> shift) & Mask);

    private static bool Same(TableChange<TKey, TRow> change, TKey key) => EqualityComparer<TKey>.Default.Equals(change.Key, key);

    private int IndexOf(uint bit) => BitOperations.PopCount(_present & (bit - 1));

    private int IndexOf(TKey key) => Array.FindIndex(_slots, slot => Same((TableChange<TKey, TRow>)slot, key));

    private RowNode<TKey, TRow> Replaced(int index, object slot, object owner)
    {
        if (ReferenceEquals(_slots[index], slot))
            return this;
        if (_owner != owner)
            return new RowNode<TKey, TRow>(_present, [.. _slots], owner).Replaced(index, slot, owner);
        _slots[index] = slot;
        return this;
    }

    private RowNode<TKey, TRow> Inserted(int index, object slot, uint bit, object owner) => Become(_present | bit, [.. _slots.AsSpan(0, index), slot, .. _slots.AsSpan(index)], owner);

    private RowNode<TKey, TRow>? Taken(int index, uint bit, object owner) =>
        _slots.Length == 1 ? null : Become(_present & ~bit, [.. _slots.AsSpan(0, index), .. _slots.AsSpan(index + 1)], owner);

    private RowNode<TKey, TRow> Become(uint present, object[] slots, object owner)
    {
        if (_owner != owner)
            return new(present, slots, owner);
        (_present, _slots) = (present, slots);
        return this;
    }
}
