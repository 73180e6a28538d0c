using System.Net;
using Cilium.Framework.NodeHealth;
using Cilium.Framework.Nodes;
using Cilium.Framework.Tables;
using Microsoft.Extensions.Time.Testing;

namespace Cilium.Framework.Core.Tests.NodeHealth;

public sealed class NodeProberTests : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);
    private static readonly NodeKey Self = Key("b");

    private readonly FakeTimeProvider _time = new();
    private readonly Table<NodeKey, NodeRow> _nodes = new("nodes", row => row.Key);
    private readonly Table<HealthPath, NodeHealthRow> _table = new("node-health", row => row.Path);
    private readonly CancellationTokenSource _stop = new();
    private readonly FakeProbes _probes;
    private Task _running = Task.CompletedTask;

    public NodeProberTests() => _probes = new FakeProbes(_time);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static NodeKey Key(string name) => new("default", name);

    private static NodeRow Node(string name, string? ipv4, string? ipv6 = null, string? health = null) => new()
    {
        Key = Key(name), Origin = NodeOrigin.Kvstore, IPv4Health = health is null ? null : IPAddress.Parse(health),
        Addresses = [.. new[] { ipv4, ipv6 }.OfType<string>().Select(address => new NodeAddress(NodeAddress.Internal, IPAddress.Parse(address)))],
    };

    private void Run() => _running = new NodeProber(Self, _nodes, _table, _probes, Interval, _time).RunAsync(_stop.Token);

    private NodeHealthRow? Row(string node, ProbeKind kind = ProbeKind.Icmp, HealthPlace place = HealthPlace.Node, bool v6 = false) => _table[new(Key(node), place, v6, kind)];

    /// <summary>Lets the clock run until the condition holds.</summary>
    private Task UntilAsync(Func<bool> condition, string awaited) => Eventually.TrueAsync(
        () =>
        {
            if (condition())
                return true;
            _time.Advance(Tick);
            return false;
        },
        awaited);

    private List<(string To, DateTimeOffset At)> Turns() => [.. _probes.Asked.Where(asked => asked.Kind == ProbeKind.Http).Select(asked => (asked.To, asked.At))];

    [Fact]
    public async Task Nodes_are_asked_one_after_the_other_beginning_behind_this_one_and_each_once_in_an_interval()
    {
        _nodes.ReplaceAll([Node("a", "10.0.0.1"), Node("b", "10.0.0.2"), Node("c", "10.0.0.3")]);
        Run();
        await UntilAsync(() => Turns().Count >= 7, "seven turns");

        var turns = Turns();
        Assert.Equal(["10.0.0.3", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.1", "10.0.0.2", "10.0.0.3"], turns.Take(7).Select(turn => turn.To));
        // The first round is quick; then the nodes share the interval.
        Assert.All(Enumerable.Range(1, 2), i => Assert.InRange(turns[i].At - turns[i - 1].At, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)));
        Assert.All(Enumerable.Range(3, 4), i => Assert.True(turns[i].At - turns[i - 1].At >= Interval / 3, $"{turns[i].At - turns[i - 1].At} between two nodes"));
    }

    [Fact]
    public async Task An_answer_is_a_row_with_its_latency_and_a_path_without_one_says_so_after_the_timeout()
    {
        _nodes.ReplaceAll([Node("a", "10.0.0.1"), Node("b", "10.0.0.2")]);
        _probes.Answer = (_, kind, to) => to == "10.0.0.1" && kind == ProbeKind.Http ? null : ProbeResult.Answered(TimeSpan.FromMilliseconds(2));
        Run();
        await UntilAsync(() => Row("a", ProbeKind.Http)?.State == HealthPathState.Unreachable, "the silent path is noticed");

        Assert.Equal("no answer within 5 s", Row("a", ProbeKind.Http)!.Error);
        Assert.Null(Row("a", ProbeKind.Http)!.LastSuccess);
        Assert.Equal((HealthPathState.Reachable, TimeSpan.FromMilliseconds(2), ""), (Row("a")!.State, Row("a")!.Latency, Row("a")!.Error));
    }

    [Fact]
    public async Task A_path_that_answers_again_is_reachable_since_then_and_remembers_when_it_answered_last_while_it_did_not()
    {
        _nodes.ReplaceAll([Node("a", "10.0.0.1"), Node("b", "10.0.0.2")]);
        Run();
        await UntilAsync(() => Row("a")?.State == HealthPathState.Reachable, "it is reachable");
        _probes.Answer = (_, _, to) => to == "10.0.0.1" ? ProbeResult.Failed("connection refused") : ProbeResult.Answered(TimeSpan.Zero);
        await UntilAsync(() => Row("a")?.State == HealthPathState.Unreachable, "it is unreachable");
        var lost = Row("a")!;
        Assert.Equal("connection refused", lost.Error);
        Assert.True(lost.LastSuccess < lost.Since, $"{lost}");
        _probes.Answer = (_, _, _) => ProbeResult.Answered(TimeSpan.Zero);
        await UntilAsync(() => Row("a")?.State == HealthPathState.Reachable, "it is reachable again");
        Assert.True(Row("a")!.Since > lost.Since);
        Assert.Equal("", Row("a")!.Error);
    }

    [Fact]
    public async Task A_node_that_is_gone_has_no_row_although_an_answer_is_still_awaited()
    {
        _nodes.ReplaceAll([Node("a", "10.0.0.1"), Node("b", "10.0.0.2")]);
        _probes.Answer = (_, _, to) => to == "10.0.0.1" ? null : ProbeResult.Answered(TimeSpan.Zero);
        Run();
        await UntilAsync(() => _probes.Asked.Any(asked => asked.To == "10.0.0.1"), "it is asked");
        _nodes.Remove(Key("a"));
        await UntilAsync(() => Row("a") is null, "its rows are gone");
        var asked = Turns().Count;
        await UntilAsync(() => Turns().Count > asked + 1, "others are asked on");
        Assert.DoesNotContain(_table, row => row.Path.Node == Key("a"));
    }

    [Fact]
    public async Task A_family_that_one_of_the_two_nodes_lacks_is_not_asked()
    {
        _nodes.ReplaceAll([Node("a", "10.0.0.1", "fd00::1"), Node("b", "10.0.0.2"), Node("c", null, "fd00::3")]);
        Run();
        await UntilAsync(() => Turns().Count >= 4, "two rounds");
        Assert.Equal(["10.0.0.1", "10.0.0.2"], _probes.Asked.Select(asked => asked.To).Distinct().Order());
        Assert.DoesNotContain(_table, row => row.Path.Node == Key("c"));
    }

    [Fact]
    public async Task Health_endpoints_are_asked_from_this_nodes_own_and_only_when_there_is_one()
    {
        _nodes.ReplaceAll([Node("a", "10.0.0.1", health: "10.1.1.1"), Node("b", "10.0.0.2")]);
        Run();
        await UntilAsync(() => Turns().Count >= 4, "two rounds");
        Assert.DoesNotContain(_probes.Asked, asked => asked.From == HealthPlace.Endpoint);
        _nodes.Upsert(Node("b", "10.0.0.2", health: "10.1.2.1"));
        await UntilAsync(() => Row("a", ProbeKind.Icmp, HealthPlace.Endpoint)?.State == HealthPathState.Reachable, "the other's endpoint is asked");
        await UntilAsync(() => Row("b", ProbeKind.Icmp, HealthPlace.Endpoint)?.State == HealthPathState.Reachable, "this node's own endpoint is asked");
        // Asked by itself it would never leave its namespace.
        Assert.All(_probes.Asked, asked => Assert.Equal(asked.To == "10.1.1.1", asked.From == HealthPlace.Endpoint));
    }

    [Fact]
    public async Task Another_address_of_a_node_is_a_path_that_nobody_has_probed()
    {
        _nodes.ReplaceAll([Node("a", "10.0.0.1"), Node("b", "10.0.0.2")]);
        Run();
        await UntilAsync(() => Row("a")?.State == HealthPathState.Reachable, "it is reachable");
        _probes.Answer = (_, _, _) => null;
        _nodes.Upsert(Node("a", "10.0.0.9"));
        await UntilAsync(() => Row("a")?.Address.ToString() == "10.0.0.9", "the row has the new address");
        Assert.Null(Row("a")!.LastSuccess);
    }

    [Fact]
    public async Task A_probe_that_throws_is_an_error_of_its_path_alone()
    {
        _nodes.ReplaceAll([Node("a", "10.0.0.1"), Node("b", "10.0.0.2")]);
        _probes.Answer = (_, kind, _) => kind == ProbeKind.Http ? throw new IOException("no such device") : ProbeResult.Answered(TimeSpan.Zero);
        Run();
        await UntilAsync(() => Row("a")?.State == HealthPathState.Reachable && Row("a", ProbeKind.Http)?.State == HealthPathState.Unreachable, "both are settled");
        Assert.Equal("no such device", Row("a", ProbeKind.Http)!.Error);
    }
}
