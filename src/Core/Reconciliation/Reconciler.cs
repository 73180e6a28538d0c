using Cilium.Framework.Errors;
using Cilium.Framework.Health;
using Cilium.Framework.Tables;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Reconciliation;

/// <summary>Makes the rows of one desired table true at one target and writes what became of them.</summary>
/// <remarks>No delete and no prune reaches the target before every source of the table has delivered. One loop at a time calls it.</remarks>
public sealed class Reconciler<TKey, TRow> : IDisposable
    where TKey : notnull
    where TRow : class
{
    /// <summary>After a start with ten thousand rows the room for their work is not kept.</summary>
    private const int RoomKept = 1024;

    private readonly DesiredTable<TKey, TRow> _table;
    private readonly IReconcileTarget<TRow> _target;
    private readonly IGateKeeper _gates;
    private readonly ReconcilerOptions _options;
    private readonly TimeProvider _time;
    private readonly IHealthReporter _health;
    private readonly ILogger _logger;
    private readonly long _origin;
    private readonly TableTracker<TKey, DesiredRow<TRow>> _tracker;
    private readonly StatusWriter<TKey, TRow> _statuses;
    private readonly Pruning<TKey, TRow> _pruning;
    private readonly TargetCall _call;
    private readonly Dictionary<TKey, PendingWork> _work = [];
    private readonly Drift<TKey> _drift;
    private readonly RefreshRound<TKey, TRow> _refresh;

    public Reconciler(
        DesiredTable<TKey, TRow> table, IReconcileTarget<TRow> target, IGateKeeper gates, ReconcilerOptions options, TimeProvider time, IHealthReporter health, ILogger logger, Drift<TKey>? drift = null)
    {
        _drift = drift ?? new();
        (_table, _target, _gates, _options, _time, _health, _logger) = (table, target, gates, options, time, health, logger);
        _origin = time.GetTimestamp();
        _tracker = table.Rows.Track();
        _statuses = new(table.Writable, time);
        _call = new(table.Name, options.CallPatience, time, health);
        _pruning = new(table, target, gates, _statuses, _call, options, logger);
        _refresh = new(table, _drift, options);
    }

    private TimeSpan Now => _time.GetElapsedTime(_origin);

    /// <summary>Runs until cancelled. Can be run again afterwards.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var wake = new Wake();
        using var onChange = _table.Attach(wake);
        using var onGate = _gates.Attach(wake);
        _drift.Attach(wake);
        await using var timer = _time.CreateTimer(_ => wake.Set(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        while (true)
        {
            var pause = await StepAsync(cancellationToken);
            timer.Change(pause, Timeout.InfiniteTimeSpan);
            await wake.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _tracker.Dispose();

    /// <summary>Does everything that is due now.</summary>
    /// <returns>Pause after which something is due even if nothing changes.</returns>
    internal async Task<TimeSpan> StepAsync(CancellationToken cancellationToken)
    {
        // Asked before looking: a source may deliver and report while we look.
        var initialized = _table.Rows.IsInitialized;
        Collect();
        foreach (var key in _refresh.Next(Now))
            Refresh(key);
        foreach (var batch in Batches(Ready(initialized)))
            await ApplyAsync(batch, cancellationToken);
        if (initialized && Now >= _pruning.Due)
            await _pruning.RunAsync(() => Now, cancellationToken);
        Report();
        if (_work is { Count: 0, Capacity: > RoomKept })
            _work.TrimExcess();
        return NextDue(initialized);
    }

    private void Collect()
    {
        foreach (var change in _tracker.Next())
        {
            if (change.IsRemoval)
                _work.Remove(change.Key);
            else if (change.Row.Status.State == RowState.Pending)
                WorkFor(change.Key).Changed(Now);
        }
    }

    private PendingWork WorkFor(TKey key)
    {
        if (_work.TryGetValue(key, out var work) && !work.IsRefresh)
            return work;
        return _work[key] = new PendingWork();
    }

    private void Refresh(TKey key)
    {
        var work = new PendingWork { IsRefresh = true };
        work.Changed(Now);
        _work.TryAdd(key, work);
    }

    private List<Attempt<TKey, TRow>> Ready(bool initialized)
    {
        var (snapshot, now, ready) = (_table.Rows.Snapshot, Now, new List<Attempt<TKey, TRow>>());
        foreach (var (key, work) in _work.ToArray())
        {
            if (work.Due is not { } due || due > now)
                continue;
            // A row that changed after the refresh began comes again as a change, with its gate.
            if (!snapshot.TryGet(key, out var desired) || (work.IsRefresh && !desired.IsDone))
            {
                _work.Remove(key);
                continue;
            }

            work.WaitsForSources = desired.IsDeleting && !initialized;
            work.IsHeld = !work.IsRefresh && IsHeld(key, desired, work, now);
            if (!work.WaitsForSources && !work.IsHeld)
                ready.Add(new(key, desired, work, snapshot.RevisionOf(key), NoteOf(desired, work, now), work.IsRefresh));
        }

        var deletesFirst = _options.Order == BatchOrder.DeletesFirst;
        return [.. ready.OrderBy(attempt => attempt.Desired.IsDeleting != deletesFirst).ThenBy(attempt => attempt.Revision)];
    }

    private bool IsHeld(TKey key, DesiredRow<TRow> desired, PendingWork work, TimeSpan now)
    {
        var verdict = desired.Gate is { } gate ? _gates.Judge(gate) : GateVerdict.Open;
        if (verdict.State == GateState.Open)
            work.Opened();
        if (verdict.State != GateState.Closed || now >= work.Closed(now, desired.Gate!, _options))
            return false;
        _statuses.Held(key, desired, verdict.Text);
        return true;
    }

    // Why a row was let through although its gate is not open.
    private string NoteOf(DesiredRow<TRow> desired, PendingWork work, TimeSpan now)
    {
        if (work.IsRefresh || desired.Gate is not { } gate)
            return "";
        var verdict = _gates.Judge(gate);
        return verdict.State switch
        {
            GateState.Failed => $"no longer held back: {verdict.Text}",
            GateState.Closed => $"no longer held back after {(now - work.HeldSince.GetValueOrDefault(now)).TotalSeconds:0.#} s: {verdict.Text}",
            _ => "",
        };
    }

    private IEnumerable<List<Attempt<TKey, TRow>>> Batches(List<Attempt<TKey, TRow>> ready)
    {
        var batch = new List<Attempt<TKey, TRow>>();
        var limit = _options.MaxBatch;
        foreach (var attempt in ready)
        {
            var company = attempt.Work.MaxCompany(_options.MaxBatch);
            if (batch.Count > 0 && batch.Count + 1 > Math.Min(limit, company))
            {
                yield return batch;
                (batch, limit) = ([], _options.MaxBatch);
            }

            batch.Add(attempt);
            limit = Math.Min(limit, company);
        }

        if (batch.Count > 0)
            yield return batch;
    }

    private async Task ApplyAsync(List<Attempt<TKey, TRow>> batch, CancellationToken cancellationToken)
    {
        var outcomes = await OutcomesAsync(batch, cancellationToken);
        var now = Now;
        for (var i = 0; i < batch.Count; i++)
        {
            var (attempt, outcome) = (batch[i], outcomes.Rows[i]);
            if (outcome.IsDone)
                _work.Remove(attempt.Key);
            else
                Failed(attempt, outcome, outcomes.Thrown, now);
        }

        _statuses.Write(batch, outcomes.Rows, outcomes.Thrown);
    }

    private void Failed(Attempt<TKey, TRow> attempt, RowOutcome outcome, bool thrown, TimeSpan now)
    {
        if (attempt.Work.Attempts == 0)
            ReconcilerLog.RowFailed(_logger, _table.Name, attempt.Key.ToString(), outcome.Error!);
        WorkFor(attempt.Key).Failed(now, outcome.Kind, outcome.Error!, thrown, _options);
    }

    private async Task<(IReadOnlyList<RowOutcome> Rows, bool Thrown)> OutcomesAsync(List<Attempt<TKey, TRow>> batch, CancellationToken cancellationToken)
    {
        try
        {
            var items = new ReconcileBatch<TRow>([.. batch.Select(attempt => attempt.ToItem())]);
            var outcomes = await _call.RunAsync(stop => _target.ApplyAsync(items, stop), cancellationToken);
            if (outcomes.Count == batch.Count)
                return (outcomes, false);
            return (Same(ErrorKind.Internal, $"the target of {_table.Name} gave {outcomes.Count} outcomes for {batch.Count} items: its defect"), true);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            ReconcilerLog.BatchFailed(_logger, error, _table.Name, batch.Count);
            return (Same((error as CiliumException)?.Kind ?? ErrorKind.Internal, error.Message), true);
        }

        IReadOnlyList<RowOutcome> Same(ErrorKind kind, string text) => [.. batch.Select(_ => RowOutcome.Failed(kind, text.Length == 0 ? "no reason given" : text))];
    }

    private void Report()
    {
        var failing = _work.Values.Where(work => work.Error is not null).ToArray();
        if (failing.Length > 0)
            _health.Degraded($"{failing.Length} of {_table.Rows.Count} rows of {_table.Name} are not realised; one of them: {failing[0].Error}");
        else if (_pruning.Error is not null)
            _health.Degraded($"what nobody desires in {_table.Name} could not be removed: {_pruning.Error}");
        else
            _health.Ok($"{_table.Rows.Count - _work.Values.Count(work => !work.IsRefresh)} of {_table.Rows.Count} rows realised");
    }

    private TimeSpan NextDue(bool initialized)
    {
        var now = Now;
        var next = _refresh.Due ?? TimeSpan.MaxValue;
        if (initialized && _pruning.Due < next)
            next = _pruning.Due;
        foreach (var work in _work.Values)
        {
            if (work.NextDue(_options) is { } due && due < next)
                next = due;
        }

        if (next == TimeSpan.MaxValue)
            return Timeout.InfiniteTimeSpan;
        return next > now ? next - now : TimeSpan.Zero;
    }
}
