using System.Globalization;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Health;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>
/// Moves connections from older containers into the one in use. Every device first gets programs that look into both (bpf/lib/conntrack_previous.h), then
/// what no packet has fetched is moved, then the pins of the old containers go, then every device gets programs that know the new one only. Each step may be
/// repeated: a process that is killed leaves the rest to the next.
/// </summary>
internal sealed partial class ConnectionMigration(ProgramSet programs, MapSet maps, DeviceFilters filters, ConnectionCollector collector, string container, ManualResetEventSlim settled, TimeProvider time, ILogger logger)
{
    private const int ReportEvery = 10_000;

    /// <summary>Nothing moves while the agent has more urgent work; but a source that never delivers must not keep two containers for ever.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100), LongestPause = TimeSpan.FromSeconds(10);

    private readonly string _from = string.Join(" and ", maps.Previous.Snapshot().Select(previous => previous.ToString()));

    private MoveCount _count = new();

    /// <summary>Something has to be moved.</summary>
    public bool IsNeeded => maps.Previous.Newest is not null;

    /// <summary>Moves everything at once where there are two old containers or more, because a migration was not finished: programs look into one only.</summary>
    public void MoveAhead(CancellationToken cancellationToken)
    {
        if (maps.Previous.Snapshot().Length > 1)
            MoveAll(_ => { }, cancellationToken);
    }

    /// <summary>Takes all steps, again and again until they succeed.</summary>
    /// <param name="health">Where the operator sees them.</param>
    /// <param name="cancellationToken">Ends it between two connections.</param>
    public void Run(IHealthReporter health, CancellationToken cancellationToken)
    {
        Log.Begun(logger, _from, container);
        health.Ok($"connections will move from {_from} to {container} when every endpoint is known");
        if (WaitHandle.WaitAny([settled.WaitHandle, cancellationToken.WaitHandle], LongestWait) == 1)
            return;
        for (var pause = ShortestPause; !cancellationToken.IsCancellationRequested; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                var problems = Steps(moved => health.Ok(string.Create(CultureInfo.InvariantCulture, $"connections move from {_from} to {container}: {moved:N0} so far")), cancellationToken);
                if (problems.Count == 0)
                {
                    var result = _count.Describe(_from, container);
                    health.Ok($"{result}; ended at {time.GetUtcNow().ToString("u", CultureInfo.InvariantCulture)}");
                    Log.Ended(logger, _count.Refused == 0 ? LogLevel.Information : LogLevel.Warning, result);
                    return;
                }

                health.Degraded($"connections move from {_from} to {container}; not finished: {string.Join(' ', problems)}");
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception exception)
            {
                // Whatever it was: packets find what they need in both containers, and the operator knows.
                health.Degraded($"connections move from {_from} to {container}; not finished, and tried again", exception);
            }

            cancellationToken.WaitHandle.WaitOne(pause);
        }
    }

    /// <summary>Moves what is still in older containers.</summary>
    internal MoveCount MoveAll(Action<int> report, CancellationToken cancellationToken)
    {
        var count = new MoveCount();
        foreach (var previous in maps.Previous.Snapshot())
        {
            using var mover = programs.LoadMover(previous);
            var seen = 0;
            mover.MoveAll(
                result =>
                {
                    count.Add(result);
                    if (++seen % ReportEvery == 0)
                        report(count.Moved);
                },
                cancellationToken);
        }

        return count;
    }

    /// <summary>Forgets the old containers; programs that still look into them find nothing there that is not in the new one.</summary>
    internal void Drop() => maps.Previous.Drop(collector.CountWhatStays);

    /// <summary>Programs know the new container only; devices get them by <see cref="DeviceFilters.RenewAll"/>.</summary>
    internal void ForgetPrevious() => filters.Change(set => set.ForgetPrevious());

    private IReadOnlyList<string> Steps(Action<int> report, CancellationToken cancellationToken)
    {
        report(0);
        if (filters.RenewAll() is { Count: > 0 } problems)
            return problems;
        if (IsNeeded)
        {
            _count = MoveAll(report, cancellationToken);
            Drop();
        }

        ForgetPrevious();
        var left = filters.RenewAll();
        if (left.Count == 0)
            filters.Change(set => set.Retire());
        return left;
    }

    private static partial class Log
    {
        [LoggerMessage(5, LogLevel.Information, "Connections move from {From} to {To}; packets find them in both meanwhile.")]
        public static partial void Begun(ILogger logger, string from, string to);

        [LoggerMessage(EventId = 6, Message = "{Result}.")]
        public static partial void Ended(ILogger logger, LogLevel level, string result);
    }
}
