using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Cilium.Framework.Nodes;
using Cilium.Framework.Tables;

namespace Cilium.Framework.NodeHealth;

/// <summary>nodes -> node-health: asks every node on every path once in an interval, one node after the other, so that N nodes cost N/interval probes a second.</summary>
/// <param name="self">This node; it is asked too.</param>
/// <param name="nodes">Every node.</param>
/// <param name="table">Written here only.</param>
/// <param name="probes">Asks.</param>
/// <param name="interval">From one probe of a node to the next.</param>
/// <param name="time">The clock.</param>
internal sealed class NodeProber(
    NodeKey self, IReadTable<NodeKey, NodeRow> nodes, IWriteTable<HealthPath, NodeHealthRow> table, IHealthProbes probes, TimeSpan interval, TimeProvider time)
{
    /// <summary>An answer that takes longer is none. A lost SYN is sent again after 1 s and 3 s (RFC 6298): one lost packet is no lost node.</summary>
    private static readonly TimeSpan LongestProbe = TimeSpan.FromSeconds(5);

    /// <summary>Longest pause between two nodes in the first round: who asks after a start wants to know soon.</summary>
    private static readonly TimeSpan FirstPace = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<(HealthPath Path, IPAddress Address, ProbeResult Result)> _results = new();
    private readonly ProbeRound _round = new(self);
    private readonly Wake _wake = new();
    private readonly List<Task> _running = [];
    private readonly TimeSpan _timeout = interval < LongestProbe ? interval : LongestProbe;
    private ulong? _seen;
    private int _turns;

    /// <summary>Runs until cancelled.</summary>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(CancellationToken ct)
    {
        using var onNodes = nodes.Attach(_wake);
        var (last, pause) = (time.GetTimestamp(), TimeSpan.Zero);
        try
        {
            while (true)
            {
                Follow();
                Settle();
                if (time.GetElapsedTime(last) >= pause && _round.Next() is { } node)
                {
                    Probe(node, ct);
                    (last, pause) = (time.GetTimestamp(), Pause());
                }

                await WaitAsync(_round.Count == 0 ? Timeout.InfiniteTimeSpan : pause - time.GetElapsedTime(last), ct);
            }
        }
        finally
        {
            await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private TimeSpan Pause()
    {
        var usual = interval / _round.Count;
        return ++_turns < _round.Count && usual > FirstPace ? FirstPace : usual;
    }

    /// <summary>A row for each path that there is, and for no other. What leads to another address now is a path that nobody has probed.</summary>
    private void Follow()
    {
        if (_seen == nodes.Revision)
            return;
        _seen = nodes.Revision;
        var now = nodes.Snapshot;
        _round.Set(now.Select(node => node.Key));
        var (own, moment) = (now[self], time.GetUtcNow());
        table.ReplaceAll(now.SelectMany(node => HealthPaths.Of(node, own)).Select(found =>
            table[found.Path] is { } known && known.Address.Equals(found.Address) ? known : new NodeHealthRow(found.Path, found.Address, moment)));
    }

    private void Settle()
    {
        while (_results.TryDequeue(out var probed))
        {
            if (table[probed.Path] is { } row && row.Address.Equals(probed.Address))
                table.Upsert(row.After(probed.Result, time.GetUtcNow()));
        }
    }

    private void Probe(NodeKey key, CancellationToken ct)
    {
        _running.RemoveAll(task => task.IsCompleted);
        if (nodes[key] is not { } node)
            return;
        foreach (var (path, address) in HealthPaths.Of(node, nodes[self]))
            _running.Add(ProbeAsync(path, address, ct));
    }

    private async Task ProbeAsync(HealthPath path, IPAddress address, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(_timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        // An endpoint that asks itself never leaves its namespace: its own node asks it over its device.
        var from = path.Node == self ? HealthPlace.Node : path.Place;
        ProbeResult result;
        try
        {
            result = await (path.Kind == ProbeKind.Icmp ? probes.EchoAsync(from, address, either.Token) : probes.GreetAsync(from, address, either.Token)).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return;
        }
        catch (OperationCanceledException)
        {
            result = ProbeResult.Failed(string.Create(CultureInfo.InvariantCulture, $"no answer within {_timeout.TotalSeconds:0.#} s"));
        }
        catch (Exception exception)
        {
            // One path that cannot be asked must not end the others.
            result = ProbeResult.Failed(exception.Message);
        }

        _results.Enqueue((path, address, result));
        _wake.Set();
    }

    /// <summary>Until the next turn, a change of the nodes, or a result.</summary>
    private async Task WaitAsync(TimeSpan span, CancellationToken ct)
    {
        if (span <= TimeSpan.Zero && span != Timeout.InfiniteTimeSpan)
            return;
        using var turn = new CancellationTokenSource(span, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(turn.Token, ct);
        try
        {
            await _wake.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // It is the next one's turn.
        }
    }
}
