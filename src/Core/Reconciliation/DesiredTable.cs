using System.Collections.Immutable;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Reconciliation;

/// <summary>Rows that are to be true. A controller writes what is desired, one reconciler writes what became of it.</summary>
/// <remarks>A removed row stays as <see cref="DesiredRow{TRow}.IsDeleting"/> until the target holds nothing under its key.</remarks>
public sealed class DesiredTable<TKey, TRow> : IGateTable
    where TKey : notnull
    where TRow : class
{
    private readonly Table<TKey, DesiredRow<TRow>> _table;
    private readonly TimeProvider _time;
    private ImmutableArray<Wake> _wakes = [];
    private readonly Table<string, string> _pruned;
    private ulong _computedThrough;
    private volatile Judgement? _judged;

    /// <param name="name">Lower-case words joined by dashes.</param>
    /// <param name="keyOf">Key of a row; pure.</param>
    /// <param name="time">The clock of the statuses.</param>
    public DesiredTable(string name, Func<TRow, TKey> keyOf, TimeProvider time)
    {
        (KeyOf, _time) = (keyOf, time);
        _table = new(name, desired => keyOf(desired.Row));
        _pruned = new($"{name}-pruned", row => row);
    }

    /// <inheritdoc />
    public string Name => _table.Name;

    /// <summary>Rows with their status, those on their way out included.</summary>
    public IReadTable<TKey, DesiredRow<TRow>> Rows => _table;

    /// <summary>Rows that are desired now.</summary>
    public IEnumerable<TRow> Desired => _table.Where(desired => !desired.IsDeleting).Select(desired => desired.Row);

    /// <summary>What the controller has stated with <see cref="MarkComputed"/>.</summary>
    public ulong ComputedThrough => Volatile.Read(ref _computedThrough);

    /// <summary>Has a row once the target was told to remove what nobody desires. Before, it may hold anything that an earlier process left.</summary>
    public IReadTable Pruned => _pruned;

    internal Func<TRow, TKey> KeyOf { get; }

    internal IWriteTable<TKey, DesiredRow<TRow>> Writable => _table;

    /// <summary>Makes a row desired. An equal desired row changes nothing: its status stands.</summary>
    /// <param name="row">The row.</param>
    /// <param name="gate">What must be realised before.</param>
    public bool Upsert(TRow row, Gate? gate = null) => _table.Write(writer => Upsert(writer, row, gate)) > 0;

    /// <summary>Makes a key not desired.</summary>
    /// <param name="key">The key.</param>
    /// <param name="gate">What must be realised before the target is told.</param>
    public bool Remove(TKey key, Gate? gate = null) => _table.Write(writer => Remove(writer, key, gate)) > 0;

    /// <summary>Makes exactly these rows desired, without gates.</summary>
    /// <returns>Number of rows whose desired part changed.</returns>
    public int ReplaceAll(IEnumerable<TRow> rows) => ReplaceAll(rows.Select(row => (row, (Gate?)null)));

    /// <summary>Makes exactly these rows desired.</summary>
    /// <param name="rows">Rows and what must be realised before each.</param>
    /// <param name="gateOfRemoval">What must be realised before the target is told that a key is gone; null: nothing.</param>
    /// <returns>Number of rows whose desired part changed.</returns>
    /// <exception cref="ArgumentException">Two rows have one key. Nothing was changed.</exception>
    public int ReplaceAll(IEnumerable<(TRow Row, Gate? Gate)> rows, Func<TKey, Gate?>? gateOfRemoval = null)
    {
        var wanted = new Dictionary<TKey, (TRow Row, Gate? Gate)>();
        foreach (var row in rows)
        {
            if (!wanted.TryAdd(KeyOf(row.Row), row))
                throw new ArgumentException($"table {Name}: two rows have the key {KeyOf(row.Row)}. Nothing was changed.", nameof(rows));
        }

        return _table.Write(writer =>
        {
            foreach (var key in writer.Keys.Where(key => !wanted.ContainsKey(key)).ToArray())
                Remove(writer, key, gateOfRemoval?.Invoke(key));
            foreach (var (row, gate) in wanted.Values)
                Upsert(writer, row, gate);
        });
    }

    /// <summary>Decides anew about some keys; all others stay as they are.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="decide">The row of a key, and what must be realised before it; null: the key is not desired.</param>
    /// <returns>Number of rows whose desired part changed.</returns>
    internal int Decide(IReadOnlyCollection<TKey> keys, Func<TKey, (TRow Row, Gate? Gate)?> decide)
    {
        var decided = keys.Select(key => (Key: key, Wanted: decide(key))).ToList();
        return decided.Count == 0 ? 0 : _table.Write(writer =>
        {
            foreach (var (key, wanted) in decided)
            {
                if (wanted is { } row)
                    Upsert(writer, row.Row, row.Gate);
                else
                    Remove(writer, key, gate: null);
            }
        });
    }

    /// <summary>States how far the rows reflect the controller's input, in a number that grows, such as the revision of its input table. Gates can ask for it.</summary>
    public void MarkComputed(ulong through)
    {
        if (through <= ComputedThrough)
            return;
        Volatile.Write(ref _computedThrough, through);
        foreach (var wake in _wakes)
            wake.Set();
    }

    /// <summary>The target has removed what nobody desires.</summary>
    internal void MarkPruned() => _pruned.Upsert(Name);

    /// <inheritdoc cref="IWriteTable{TKey,TRow}.RegisterSource" />
    public TableSource RegisterSource(string name) => _table.RegisterSource(name);

    /// <summary>Waits until the row as it is then desired is Done or in Error, or the key is gone from the target.</summary>
    /// <returns>The status; null when the key is gone.</returns>
    public async Task<RowStatus?> WaitSettledAsync(TKey key, CancellationToken cancellationToken)
    {
        var wake = new Wake();
        using var attachment = _table.Attach(wake);
        while (true)
        {
            if (!_table.TryGet(key, out var desired))
                return null;
            if (desired.Status.State != RowState.Pending)
                return desired.Status;
            await wake.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    public GateVerdict Judge(GateCondition condition)
    {
        if (ComputedThrough < condition.ComputedThrough)
            return new(GateState.Closed, $"{Name} is not computed through {condition.ComputedThrough} yet");
        if (condition.Key is null)
            return condition.Requirement == GateRequirement.AllDone ? JudgeAll() : GateVerdict.Open;
        if (condition.Key is not TKey key)
            throw new ArgumentException($"a gate asks {Name} for a {condition.Key.GetType().Name}; its keys are {typeof(TKey).Name}.", nameof(condition));
        var desired = _table[key];
        if (desired?.Status.State == RowState.Error)
            return new(GateState.Failed, $"{condition.Subject} is in Error: {desired.Status.Text}");
        return condition.Requirement switch
        {
            GateRequirement.Gone when desired is null => GateVerdict.Open,
            GateRequirement.Gone => new(GateState.Closed, $"{condition.Subject} is not gone yet"),
            _ when desired is { IsDone: true } => GateVerdict.Open,
            _ => new(GateState.Closed, $"{condition.Subject} is not Done yet"),
        };
    }

    // Ten thousand rows of another table may ask at once.
    private GateVerdict JudgeAll()
    {
        var (snapshot, judged) = (_table.Snapshot, _judged);
        if (judged?.Revision != snapshot.Revision)
            _judged = judged = new(snapshot.Revision, JudgeAll(snapshot));
        return judged.Verdict;
    }

    private GateVerdict JudgeAll(IEnumerable<DesiredRow<TRow>> rows)
    {
        var failed = GateVerdict.Open;
        foreach (var desired in rows)
        {
            if (desired.Status.State == RowState.Pending)
                return new(GateState.Closed, $"{Name} {KeyOf(desired.Row)} is not Done yet");
            if (desired.Status.State == RowState.Error)
                failed = new(GateState.Failed, $"{Name} {KeyOf(desired.Row)} is in Error: {desired.Status.Text}");
        }

        return failed;
    }

    /// <inheritdoc />
    public IDisposable Attach(Wake wake)
    {
        ImmutableInterlocked.Update(ref _wakes, wakes => wakes.Add(wake));
        return new Attachment(_table.Attach(wake), () => ImmutableInterlocked.Update(ref _wakes, wakes => wakes.Remove(wake)));
    }

    private void Upsert(TableWriter<TKey, DesiredRow<TRow>> writer, TRow row, Gate? gate)
    {
        if (!writer.TryGet(KeyOf(row), out var old))
            writer.Upsert(new(row, gate, IsDeleting: false, Pending(), Realised: null));
        else if (old.IsDeleting || !old.Row.Equals(row))
            writer.Upsert(old with { Row = row, Gate = gate, IsDeleting = false, Status = Pending() });
        else if (old.Status.State != RowState.Done)
            writer.Upsert(old with { Gate = gate });
    }

    private void Remove(TableWriter<TKey, DesiredRow<TRow>> writer, TKey key, Gate? gate)
    {
        if (writer.TryGet(key, out var old) && !old.IsDeleting)
            writer.Upsert(old with { Gate = gate, IsDeleting = true, Status = Pending() });
    }

    private RowStatus Pending() => new(RowState.Pending, "", _time.GetUtcNow());

    private sealed record Judgement(ulong Revision, GateVerdict Verdict);

    private sealed class Attachment(IDisposable table, Action detach) : IDisposable
    {
        public void Dispose()
        {
            table.Dispose();
            detach();
        }
    }
}
