using Cilium.Framework.Datapath;
using Cilium.Framework.Oracles.Cases;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.State;

namespace Cilium.Framework.Oracles.Driving;

/// <summary>One datapath, used for many cases in succession; the rows come from the agent's core.</summary>
internal abstract class NodeUnderTest(string name) : IDisposable
{
    private readonly Dictionary<PolicyId, PolicyRow> _policies = [];
    private readonly Dictionary<ushort, EndpointRow> _endpoints = [];
    private readonly Dictionary<IpPrefix, IpCacheRow> _ipcache = [];
    private readonly TemporaryFolder _folder = new();
    private CoreNode? _core;
    private FrameBuilder? _frames;
    private StateDirectory? _state;

    public string Name => name;

    protected abstract IDatapath Datapath { get; }

    protected string Folder => _folder.Path;

    /// <summary>Begins a case: nothing of the one before is left but policies that the new one replaces.</summary>
    public void Begin(World world)
    {
        Run(() => Write(Datapath.Endpoints, _endpoints, [], row => row.Id));
        _state?.Dispose();
        File.Delete(_folder["rules.json"]);
        File.Delete(_folder["identities.json"]);
        _state = StateDirectory.Open(_folder.Path);
        _core = new CoreNode(world, _state, Device);
        _frames = new FrameBuilder(world);
        Run(Realise);
    }

    public void Apply(Step step)
    {
        _core!.Apply(step);
        Run(Realise);
    }

    public (PacketVerdict Verdict, byte[] Sent) Judge(Packet packet)
    {
        var frame = _frames!.Build(packet);
        var verdict = Run(() => Done(Datapath.Probe!.SendAsync(new(packet.Point, packet.Workload, frame, packet.FromNode ? NumericIdentity.Host : default), default)));
        return (verdict, frame);
    }

    public virtual void Dispose()
    {
        _state?.Dispose();
        _folder.Dispose();
    }

    /// <summary>The device of a workload; the same over all cases.</summary>
    protected abstract (string Device, int IfIndex) Device(ushort workload);

    /// <summary>Runs where the datapath lives.</summary>
    protected virtual T Run<T>(Func<T> function) => function();

    /// <summary>The device that wraps packets, which is there in every case.</summary>
    protected static DeviceRow Overlay { get; } = new("cilium_vxlan", DeviceRole.Overlay, 1450);

    /// <summary>Realises it.</summary>
    protected void AddOverlay() => Run(() => Assert.Null(Assert.Single(Done(Datapath.Devices.ApplyAsync(new([new(ReconcileAction.Upsert, Overlay, null)]), default))).Error));

    protected static T Done<T>(ValueTask<T> task)
    {
        Assert.True(task.IsCompleted, "the datapath left its caller's thread");
#pragma warning disable VSTHRD002 // it is completed
        return task.Result;
#pragma warning restore VSTHRD002
    }

    protected static void Done(ValueTask task) => Assert.True(task.IsCompletedSuccessfully, "the datapath failed or left its caller's thread");

    private void Run(Action action) => Run(() =>
    {
        action();
        return true;
    });

    private void Realise()
    {
        Write(Datapath.Policies, _policies, _core!.Policies, row => row.Id);
        Write(Datapath.Endpoints, _endpoints, _core.Endpoints, row => row.Id);
        Write(Datapath.IpCache, _ipcache, WithCarried([.. _core.IpCache]), row => row.Prefix);
    }

    /// <summary>The agent's rows, and those of the addresses that another node carries: who is there is what the longest of the agent's prefixes says.</summary>
    private static IEnumerable<IpCacheRow> WithCarried(IReadOnlyList<IpCacheRow> rows)
    {
        var carried = World.Carried.Select(address => new IpCacheRow(
            IpPrefix.Host(address),
            rows.Where(row => row.Prefix.Contains(address)).MaxBy(row => row.Prefix.Length)?.Identity ?? NumericIdentity.World,
            World.Carrier,
            IpCacheOrigin.Kvstore)).ToDictionary(row => row.Prefix);
        return rows.Where(row => !carried.ContainsKey(row.Prefix)).Concat(carried.Values);
    }

    private static void Write<TKey, TRow>(IReconcileTarget<TRow> target, Dictionary<TKey, TRow> held, IEnumerable<TRow> desired, Func<TRow, TKey> keyOf)
        where TKey : notnull
        where TRow : class
    {
        var wanted = desired.ToDictionary(keyOf);
        var items = held.Where(pair => !wanted.ContainsKey(pair.Key)).Select(pair => new ReconcileItem<TRow>(ReconcileAction.Delete, pair.Value, pair.Value))
            .Concat(wanted.Where(pair => !pair.Value.Equals(held.GetValueOrDefault(pair.Key))).Select(pair => new ReconcileItem<TRow>(ReconcileAction.Upsert, pair.Value, held.GetValueOrDefault(pair.Key))))
            .ToList();
        if (items.Count == 0)
            return;
        foreach (var outcome in Done(target.ApplyAsync(new ReconcileBatch<TRow>(items), default)))
            Assert.Null(outcome.Error);
        held.Clear();
        foreach (var (key, row) in wanted)
            held[key] = row;
    }
}
