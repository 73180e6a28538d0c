using Cilium.Framework.Core.ScenarioTests.Targets;
using Cilium.Framework.Core.ScenarioTests.Truth;
using Cilium.Framework.Endpoints;
using Cilium.Framework.Identities;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.State;
using Microsoft.Extensions.Time.Testing;

namespace Cilium.Framework.Core.ScenarioTests.Node;

/// <summary>A machine on which agents come and go: its datapath, its disk, the cluster's store, the clock, and what it was told.</summary>
internal sealed class World : IDisposable
{
    private const string OtherNode = "192.168.0.2";

    private readonly Dictionary<NumericIdentity, LabelSet> _known = [];
    private readonly TemporaryFolder _folder = new();
    private readonly Pump _pump;
    private readonly Dictionary<NumericIdentity, IpPrefix> _prefixes = [];
    private readonly HashSet<string> _troubles = [];
    private Pump.Lane? _lane;

    public World(Random random)
    {
        (_pump, Clock) = (new(random), new(Time));
        Datapath = new(Names);
        Datapath.Mirror = Connections = new(Datapath, Time, random);
        Names.Learn(NumericIdentity.Init, "init");
        Names.PrefixOf = PrefixOf;
    }

    public FakeTimeProvider Time { get; } = new();

    /// <summary>What the agent looks at: the same time, with a time of day that can be set.</summary>
    public JumpingClock Clock { get; }

    public MemoryStore Store { get; } = new();

    public RecordingDatapath Datapath { get; }

    /// <summary>Connections over this datapath.</summary>
    public Connections Connections { get; }

    public Naming Names { get; } = new();

    public IntentHistory History { get; } = new();

    /// <summary>The agent; null while none runs.</summary>
    public CoreNode? Node { get; private set; }

    /// <summary>Nothing was told to stay broken.</summary>
    public bool IsSound => _troubles.Count == 0 && Store.Answers && Node is not null;

    public void Start() => As(_lane = _pump.NewLane(), () => Node = new CoreNode(_folder["state"], Datapath, Store, Clock));

    /// <summary>Wherever it was: nothing is finished, nothing is closed but what the kernel closes.</summary>
    public void Kill()
    {
        _lane?.Kill();
        Node?.Dispose();
        (_lane, Node) = (null, null);
    }

    public void Restart()
    {
        Kill();
        Start();
    }

    /// <summary>Another node uses a number for these labels: it is found, and not collected.</summary>
    public void Know(NumericIdentity id, LabelSet labels)
    {
        Names.Learn(id, string.Join(',', labels.Select(label => $"{label.Key}={label.Value}")));
        _known[id] = labels;
        Store.Put(IdentityKeys.Number(id), IdentityKeys.Plain.Value(labels));
        Store.Put(IdentityKeys.Plain.Use(labels, OtherNode), IdentityKeys.Value(id));
    }

    /// <summary>The other node has no use for a number any more.</summary>
    public void Forget(NumericIdentity id) => Store.Remove(IdentityKeys.Plain.Use(_known[id], OtherNode));

    public void Add(ToldEndpoint endpoint)
    {
        var is4 = endpoint.Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork;
        var mac = new MacAddress(endpoint.Id);
        // Told first: it may be realised before the call returns.
        History.Add(History.Now with { Endpoints = History.Now.Endpoints.Add(endpoint.Id, endpoint) });
        var adding = Node!.Registry.AddAsync(new(endpoint.Id, "", "", $"lxc{endpoint.Id}", 100 + endpoint.Id, mac, mac, is4 ? endpoint.Address : null, is4 ? null : endpoint.Address, endpoint.Labels), CancellationToken.None);
        Assert.True(adding.IsCompletedSuccessfully, "with nobody beside it a change is made at once");
#pragma warning disable VSTHRD002 // It has ended.
        Assert.Equal("", adding.Result.Message);
#pragma warning restore VSTHRD002
    }

    /// <summary>While the agent is down, its file knows nothing of it afterwards: as when its device is gone.</summary>
    public void Delete(ushort id)
    {
        History.Add(History.Now with { Endpoints = History.Now.Endpoints.Remove(id) });
        if (Node is not null)
            Assert.True(Node.Registry.RemoveAsync(id) is { IsCompletedSuccessfully: true, Result: true });
        else
            Rewrite(stored => stored.Id == id ? null : stored);
    }

    /// <summary>While the agent is down, its file says other labels afterwards: as when it comes back with another label filter.</summary>
    public void Relabel(ushort id, LabelSet labels)
    {
        History.Add(History.Now with { Endpoints = History.Now.Endpoints.SetItem(id, History.Now.Endpoints[id] with { Labels = labels }) });
        if (Node is not null)
            Node.Tables.EndpointRequests.Upsert(Node.Tables.EndpointRequests[id]! with { Labels = labels, IdentityLabels = labels });
        else
            Rewrite(stored => stored.Id == id ? stored with { Labels = [.. labels.Select(label => label.ToString())] } : stored);
    }

    public void Import(PolicyLine policy)
    {
        var now = History.Now;
        History.Add(now with { Policies = now.Policies.SetItem(policy.Name, policy), Revision = now.Revision + 1 });
        Assert.Equal(History.Now.Revision, Node!.Rules.Import(policy.ToYaml()));
    }

    public void DeletePolicy(string name)
    {
        var now = History.Now;
        History.Add(now with { Policies = now.Policies.Remove(name), Revision = now.Revision + 1 });
        Assert.Equal((History.Now.Revision, 1), Node!.Rules.Delete(LabelSet.Parse($"k8s:io.cilium.k8s.policy.name={name}")));
    }

    /// <summary>A target that stays in trouble until told otherwise.</summary>
    public void Trouble(string table, string what)
    {
        if (what.EndsWith("again", StringComparison.Ordinal))
            _troubles.Remove(table);
        else
            _troubles.Add(table);
        var target = Datapath.Target(table);
        target.SetAnswers(what != "stop answering");
        target.Refuses = what == "refuse everything";
    }

    /// <summary>Everything answers again.</summary>
    public void Heal()
    {
        foreach (var table in _troubles.ToList())
            Trouble(table, "answer again");
        Store.SetAnswers(true);
        if (Node is null)
            Start();
    }

    public void Pass(TimeSpan time)
    {
        _pump.RunUntilIdle();
        Time.Advance(time);
        _pump.RunUntilIdle();
    }

    /// <summary>Does something as the agent, after the loops had a part of their way.</summary>
    public void Act(Action deed, int stepsBefore)
    {
        _pump.Run(stepsBefore);
        As(_lane, deed);
        Node?.CheckLoops();
    }

    /// <summary>Lets everything come to rest, for at most so long.</summary>
    public void Rest(TimeSpan atMost, Func<bool> isDone)
    {
        var end = Time.GetUtcNow() + atMost;
        for (var step = TimeSpan.FromMilliseconds(100); ; step *= 1.5)
        {
            _pump.RunUntilIdle();
            Node?.CheckLoops();
            if (isDone() || Time.GetUtcNow() >= end)
                return;
            Time.Advance(step);
        }
    }

    public void Dispose()
    {
        Kill();
        Connections.Dispose();
        _folder.Dispose();
    }

    private void Rewrite(Func<StoredEndpoint, StoredEndpoint?> change)
    {
        using var directory = StateDirectory.Open(_folder["state"]);
        var file = new StateFile<EndpointsState>(directory, "endpoints.json", EndpointsStateJson.Default.EndpointsState);
        var state = file.Read()!;
        file.Write(state with { Endpoints = [.. state.Endpoints.Select(change).OfType<StoredEndpoint>()] });
    }

    private IpPrefix? PrefixOf(NumericIdentity id)
    {
        foreach (var row in Node?.Tables.CidrIdentities.ToList() ?? [])
            _prefixes[row.Id] = row.Prefix;
        return _prefixes.TryGetValue(id, out var prefix) ? prefix : null;
    }

    private static void As(Pump.Lane? lane, Action action)
    {
        if (lane is null)
            action();
        else
            Pump.In(lane, action);
    }
}
