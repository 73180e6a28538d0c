using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Cilium.Framework.Tables;

/// <summary>Rows by key, in an immutable snapshot that every commit replaces.</summary>
/// <remarks>Readers take no lock. A commit holds a short lock, never across an await. What was removed is remembered until every tracker has read it.</remarks>
public sealed class Table<TKey, TRow> : IWriteTable<TKey, TRow>
    where TKey : notnull
    where TRow : class
{
    private readonly Lock _commit = new();
    private readonly Func<TRow, TKey> _keyOf;
    private readonly List<TableTracker<TKey, TRow>> _trackers = [];
    private readonly Dictionary<string, bool> _sources = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _initialized = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableArray<Wake> _wakes = [];
    private TableSnapshot<TKey, TRow> _snapshot = TableSnapshot<TKey, TRow>.Empty;

    /// <summary>An empty table.</summary>
    /// <param name="name">Lower-case words joined by dashes.</param>
    /// <param name="keyOf">Key of a row; pure.</param>
    public Table(string name, Func<TRow, TKey> keyOf)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(keyOf);
        (Name, _keyOf) = (name, keyOf);
    }

    /// <inheritdoc />
    public string Name { get; }

    /// <inheritdoc />
    public TableSnapshot<TKey, TRow> Snapshot => Volatile.Read(ref _snapshot);

    /// <inheritdoc />
    public ulong Revision => Snapshot.Revision;

    /// <inheritdoc cref="IReadTable.Count" />
    public int Count => Snapshot.Count;

    /// <inheritdoc />
    public bool IsInitialized => _initialized.Task.IsCompleted;

    /// <inheritdoc />
    public Task Initialized => _initialized.Task;

    /// <inheritdoc />
    public IReadOnlyList<string> PendingSources
    {
        get
        {
            lock (_commit)
                return [.. _sources.Where(source => !source.Value).Select(source => source.Key).Order(StringComparer.Ordinal)];
        }
    }

    /// <inheritdoc />
    public TRow? this[TKey key] => Snapshot[key];

    /// <inheritdoc />
    public bool TryGet(TKey key, [NotNullWhen(true)] out TRow? row) => Snapshot.TryGet(key, out row);

    /// <inheritdoc />
    public IEnumerator<TRow> GetEnumerator() => Snapshot.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc />
    public bool Upsert(TRow row) => Write(writer => writer.Upsert(row)) > 0;

    /// <inheritdoc />
    public bool Remove(TKey key) => Write(writer => writer.Remove(key)) > 0;

    /// <inheritdoc />
    public int ReplaceAll(IEnumerable<TRow> rows)
    {
        var wanted = new Dictionary<TKey, TRow>();
        foreach (var row in rows)
        {
            if (!wanted.TryAdd(_keyOf(row), row))
                throw new ArgumentException($"table {Name}: two rows have the key {_keyOf(row)}. Nothing was changed.", nameof(rows));
        }

        return Write(writer =>
        {
            foreach (var key in writer.Keys.Where(key => !wanted.ContainsKey(key)).ToArray())
                writer.Remove(key);
            foreach (var row in wanted.Values)
                writer.Upsert(row);
        });
    }

    /// <inheritdoc />
    public int Write(Action<TableWriter<TKey, TRow>> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        int changed;
        lock (_commit)
        {
            var writer = new TableWriter<TKey, TRow>(_snapshot, _keyOf, keepTombstones: _trackers.Count > 0);
            change(writer);
            changed = writer.Changed;
            if (changed == 0)
                return 0;
            Volatile.Write(ref _snapshot, writer.ToSnapshot());
        }

        WakeAll();
        return changed;
    }

    /// <inheritdoc />
    public TableSource RegisterSource(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        lock (_commit)
        {
            if (IsInitialized)
                throw new InvalidOperationException($"table {Name} is already initialised: source {name} must register before the others have delivered.");
            if (!_sources.TryAdd(name, false))
                throw new InvalidOperationException($"table {Name} already has a source {name}.");
        }

        return new TableSource(name, ListDone);
    }

    /// <inheritdoc />
    public TableTracker<TKey, TRow> Track()
    {
        lock (_commit)
        {
            var tracker = new TableTracker<TKey, TRow>(this, _snapshot.Revision);
            _trackers.Add(tracker);
            return tracker;
        }
    }

    /// <inheritdoc />
    public IDisposable Attach(Wake wake)
    {
        ArgumentNullException.ThrowIfNull(wake);
        ImmutableInterlocked.Update(ref _wakes, wakes => wakes.Add(wake));
        return new Attachment(() => ImmutableInterlocked.Update(ref _wakes, wakes => wakes.Remove(wake)));
    }

    /// <inheritdoc />
    public async Task WaitAsync(ulong above, CancellationToken cancellationToken)
    {
        var wake = new Wake();
        using var attachment = Attach(wake);
        while (Revision <= above)
            await wake.WaitAsync(cancellationToken);
    }

    /// <summary>Drops removals that every tracker has read.</summary>
    internal void Forget()
    {
        if (Snapshot.Tombstones.IsEmpty)
            return;
        lock (_commit)
            ForgetLocked();
    }

    internal void Untrack(TableTracker<TKey, TRow> tracker)
    {
        lock (_commit)
        {
            _trackers.Remove(tracker);
            ForgetLocked();
        }
    }

    private void ForgetLocked()
    {
        var passed = _trackers.Count == 0 ? ulong.MaxValue : _trackers.Min(tracker => tracker.Position);
        var dead = _snapshot.Tombstones.Values.Where(tombstone => tombstone.Revision <= passed).ToArray();
        if (dead.Length == 0)
            return;
        var tombstones = _snapshot.Tombstones.RemoveRange(dead.Select(tombstone => tombstone.Key));
        Volatile.Write(ref _snapshot, new TableSnapshot<TKey, TRow>(_snapshot.Revision, _snapshot.Rows, tombstones, _snapshot.Append()));
    }

    private void ListDone(TableSource source)
    {
        lock (_commit)
        {
            _sources[source.Name] = true;
            if (IsInitialized || !_sources.Values.All(done => done))
                return;
            _initialized.SetResult();
        }

        WakeAll();
    }

    private void WakeAll()
    {
        foreach (var wake in _wakes)
            wake.Set();
    }

    private sealed class Attachment(Action detach) : IDisposable
    {
        private Action? _detach = detach;

        public void Dispose() => Interlocked.Exchange(ref _detach, null)?.Invoke();
    }
}
