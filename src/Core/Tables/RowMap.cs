using System.Diagnostics.CodeAnalysis;

namespace Cilium.Framework.Tables;

/// <summary>The last changes of present rows by key, immutable: a trie over the bits of the keys' hashes, of which a commit copies only what it changes.</summary>
internal sealed class RowMap<TKey, TRow>
    where TKey : notnull
    where TRow : class
{
    public static readonly RowMap<TKey, TRow> Empty = new(RowNode<TKey, TRow>.Empty, 0);

    private readonly RowNode<TKey, TRow> _root;

    private RowMap(RowNode<TKey, TRow> root, int count) => (_root, Count) = (root, count);

    public int Count { get; }

    public IEnumerable<TableChange<TKey, TRow>> Values => _root.Changes();

    public IEnumerable<TKey> Keys => Values.Select(change => change.Key);

    public bool TryGetValue(TKey key, [NotNullWhen(true)] out TableChange<TKey, TRow>? change) => (change = _root.Find(key, key.GetHashCode())) is not null;

    /// <summary>A copy that can be changed; costs nothing.</summary>
    public Builder ToBuilder() => new(_root, Count);

    /// <summary>What a commit changes. Nodes that it has made itself are changed in place.</summary>
    internal sealed class Builder(RowNode<TKey, TRow> root, int count)
    {
        private object _owner = new();
        private RowNode<TKey, TRow> _root = root;
        private int _count = count;

        public IEnumerable<TableChange<TKey, TRow>> Values => _root.Changes();

        public IEnumerable<TKey> Keys => Values.Select(change => change.Key);

        public bool TryGetValue(TKey key, [NotNullWhen(true)] out TableChange<TKey, TRow>? change) => (change = _root.Find(key, key.GetHashCode())) is not null;

        /// <summary>Adds or replaces.</summary>
        public void Set(TableChange<TKey, TRow> change)
        {
            _root = _root.With(change, change.Key.GetHashCode(), 0, _owner, out var added);
            _count += added ? 1 : 0;
        }

        public void Remove(TKey key)
        {
            _root = _root.Without(key, key.GetHashCode(), 0, _owner, out var removed) ?? RowNode<TKey, TRow>.Empty;
            _count -= removed ? 1 : 0;
        }

        public RowMap<TKey, TRow> ToImmutable()
        {
            // What is handed out is not this builder's any more.
            _owner = new();
            return new(_root, _count);
        }
    }
}
