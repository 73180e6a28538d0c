using Cilium.Framework.Core.ScenarioTests.Node;
using Cilium.Framework.Core.ScenarioTests.Targets;
using Cilium.Framework.Core.ScenarioTests.Truth;
using Cilium.Framework.Reconciliation;

namespace Cilium.Framework.Core.ScenarioTests.Language;

/// <summary>A scenario once through: in one order, with one fault.</summary>
internal sealed class ScenarioRun : IDatapathWatcher, IDisposable
{
    /// <summary>Longer than the reconcilers' pause after several failures, shorter than their patience.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    /// <summary>Longer than the longest pause of a reconciler.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private readonly Scenario _scenario;
    private readonly Fault _fault;
    private readonly Random _random;
    private readonly World _world;
    private readonly Watchman _watchman;
    private readonly Deeds _deeds;
    private readonly Facts _facts;
    private readonly List<string> _contradictions = [];
    private IReadOnlyList<string> _always = [];
    private bool _wasLetThrough;

    public ScenarioRun(Scenario scenario, Fault fault, int seed)
    {
        (_scenario, _fault, _random) = (scenario, fault, new Random(seed));
        _world = new(_random);
        (_watchman, _deeds, _facts) = (new(_world, Packets.Of(scenario)), new(_world), new(_world));
        _world.Datapath.Watcher = this;
    }

    /// <summary>The fault came to be.</summary>
    public bool HasFailed => _fault.Table.Length > 0 && _world.Datapath.Target(_fault.Table).HasFailed;

    /// <summary>What changed in the datapath, for people.</summary>
    public string Journal => string.Join('\n', _world.Datapath.Journal.Select(entry => $"  {entry.Row,3} {entry.Text}"));

    public void Play()
    {
        // Who has which number is not part of what happens.
        foreach (var line in _scenario.Given.Where(IsIdentity))
            _deeds.Do(line);
        _world.Start();
        Happen([.. _scenario.Given.Where(line => !IsIdentity(line))]);
        Rest(Moment);
        Arm();
        foreach (var phase in _scenario.Phases)
            Play(phase);
        _world.Heal();
        _always = [];
        Rest(Long);
    }

    public void Misled(string item) => _watchman.Misled(item);

    public void PolicyChanged(Rows.PolicyRow? before, Rows.PolicyRow? after)
    {
        _watchman.PolicyChanged(before, after);
        CheckAlways();
    }

    public void EndpointChanged(Rows.EndpointRow? before, Rows.EndpointRow? after)
    {
        _watchman.EndpointChanged(before, after);
        CheckAlways();
    }

    public void IpCacheApplying(Rows.IpCacheRow row) => _watchman.IpCacheApplying(row);

    public void IpCacheChanged(Rows.IpCacheRow? before, Rows.IpCacheRow? after)
    {
        _watchman.IpCacheChanged(before, after);
        CheckAlways();
    }

    public void Dispose() => _world.Dispose();

    private static bool IsIdentity(string line) => line.StartsWith("identity", StringComparison.Ordinal);

    private void Play(Phase phase)
    {
        var begin = _world.Datapath.Journal.Count;
        _always = phase.Always;
        Happen(phase.Deeds);
        Rest(_world.IsSound ? Long : Moment);
        var journal = _world.Datapath.Journal.Skip(begin).ToList();
        foreach (var expected in phase.InOrder)
            CheckOrder(expected, journal);
        foreach (var expected in phase.AtOnce)
            CheckAtOnce(expected, journal);
        foreach (var never in phase.Never)
            Assert.False(journal.Exists(entry => entry.Text.StartsWith(never, StringComparison.Ordinal)) && !IsExcused, $"never: {never}");
        foreach (var line in phase.Then)
            Assert.True(_facts.Contradicts(line) is not { } seen, $"then {line}: {_facts.Contradicts(line)}");
    }

    private void Happen(List<string> lines)
    {
        foreach (var line in Shuffled(lines))
        {
            _world.Act(() => _deeds.Do(line), _random.Next(30));
            _watchman.CheckRevisions();
            CheckFindings();
        }
    }

    /// <summary>Lets everything come to rest. What nothing keeps from being realised is realised then.</summary>
    private void Rest(TimeSpan atMost)
    {
        _world.Rest(atMost, () => Unrealised().Count == 0);
        _wasLetThrough |= _watchman.LetThrough.Any();
        CheckFindings();
        _watchman.CheckExcuses();
        _watchman.CheckRevisions();
        CheckFindings();
        if (!_world.IsSound && Unrealised().Count > 0)
            return;
        Assert.True(Unrealised().Count == 0, $"not realised within {atMost}: {string.Join("; ", Unrealised())}");
        _world.History.Settled();
        _watchman.CheckRest();
        CheckFindings();
    }

    /// <summary>Which row or call is drawn, among those that every scenario has.</summary>
    private void Arm()
    {
        if (_fault.Table.Length == 0)
            return;
        var target = _world.Datapath.Target(_fault.Table);
        if (_fault.Kind == FaultKind.Refuses)
            target.RefuseOnce(1 + _random.Next(3));
        else
            target.ThrowOnce(1 + _random.Next(2), _random.Next(3));
    }

    /// <summary>A policy that failed no longer holds back what would have waited for it; what must not happen is looked after by the watchman.</summary>
    private bool IsExcused => HasFailed && _fault.Table == "policies" && _wasLetThrough;

    private void CheckOrder(List<string> expected, List<JournalEntry> journal)
    {
        var found = 0;
        foreach (var entry in journal)
        {
            if (found < expected.Count && entry.Text == expected[found])
                found++;
        }

        Assert.True(found == expected.Count || IsExcused, $"then in order: not seen in its place: {expected.ElementAtOrDefault(found)}");
    }

    private static void CheckAtOnce(List<string> expected, List<JournalEntry> journal) => Assert.True(
        journal.GroupBy(entry => entry.Row).Any(row => expected.All(text => row.Any(entry => entry.Text == text))),
        $"then at once: no row brings all of {string.Join(", ", expected)}");

    private void CheckAlways()
    {
        foreach (var line in _always)
        {
            if (_facts.Contradicts(line) is { } seen && (!_watchman.Denies || line.Contains("not", StringComparison.Ordinal)))
                _contradictions.Add($"always {line}: {seen} (after {_world.Datapath.Journal[^1].Text})");
        }
    }

    private void CheckFindings()
    {
        _wasLetThrough |= _watchman.LetThrough.Any();
        Assert.True(_watchman.Findings.Count == 0, _watchman.Findings.FirstOrDefault());
        Assert.True(_contradictions.Count == 0, _contradictions.FirstOrDefault());
    }

    private List<string> Unrealised()
    {
        if (_world.Node is not { } node)
            return ["no agent runs"];
        return
        [
            .. Open(node.Tables.Policies), .. Open(node.Tables.Endpoints), .. Open(node.Tables.IpCache),
            .. node.Tables.StoredIdentities.Where(row => row.Revision == 0 && _world.Store.Answers).Select(row => $"number {row.Id} vanished from the store, and nobody knows why yet"),
            .. node.Projection.All().Where(view => view.PolicyRevision != _world.History.Now.Revision || view.State != Endpoints.EndpointState.Ready)
                .Select(view => $"endpoint {view.Request.Id} is {view.State} at revision {view.PolicyRevision} of {_world.History.Now.Revision} {view.Message}"),
        ];
    }

    private static IEnumerable<string> Open<TKey, TRow>(DesiredTable<TKey, TRow> table)
        where TKey : notnull
        where TRow : class =>
        table.Rows.Where(row => !row.IsDone).Select(row => $"{table.Name}: {row.Row} is {row.Status.State}{(row.IsDeleting ? ", being removed" : "")} {row.Status.Text}");

    private List<string> Shuffled(List<string> lines)
    {
        var shuffled = lines.ToArray();
        _random.Shuffle(shuffled);
        return [.. shuffled];
    }
}
