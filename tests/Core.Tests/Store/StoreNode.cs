using System.Net;
using Cilium.Framework.Conformance.References;
using Cilium.Framework.Core.Tests.Identities;
using Cilium.Framework.Endpoints;
using Cilium.Framework.Health;
using Cilium.Framework.Hosting;
using Cilium.Framework.Identities;
using Cilium.Framework.IpCache;
using Cilium.Framework.Ipam;
using Cilium.Framework.Labels;
using Cilium.Framework.Nodes;
using Cilium.Framework.Publications;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.State;
using Cilium.Framework.Tables;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cilium.Framework.Core.Tests.Store;

/// <summary>What an agent has to do with the store, over a store in memory; without policies and datapath.</summary>
internal sealed class StoreNode : IAsyncDisposable
{
    private readonly StateDirectory _state;
    private readonly StoreSide _side;
    private readonly IEnumerable<(string Name, Func<CancellationToken, Task> Run)> _operator;
    private readonly Reconciler<string, PublicationRow> _publisher;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _loops = [];
    private bool _isDisposed;

    public StoreNode(MemoryKvstoreContent content, int number, string folder, bool hostsOperator = false, TimeSpan? lease = null, params IReadOnlyList<IpamClusterPool> pools)
    {
        Store = new CountingStore(content);
        Key = new("default", $"node{number}");
        Address = IPAddress.Parse($"192.168.0.{number}");
        _state = StateDirectory.Open(folder);
        var ranges = new StateFile<PodCidrState>(_state, PodCidrState.FileName, PodCidrStateJson.Default.PodCidrState);
        Fill(Tables.PodCidrs, pools.Count == 0 ? [new PodCidrRow(IpPrefix.Parse($"10.{number}.0.0/24"), "test")] : (ranges.Read(state => state.Read()) ?? []).Select(range => new PodCidrRow(range, "remembered")));
        var identities = new IdentityStateFile(new StateFile<IdentityState>(_state, "identities.json", IdentityStateJson.Default.IdentityState));
        _side = new StoreSide(
            Store, Tables, new StoreSideOptions(Key, 0, Address.ToString(), ReservedIdentities.Default, lease ?? TimeSpan.FromMinutes(1), pools), new InUse(), identities,
            new StateFile<SeenIdentities>(_state, IdentityMemory.FileName, SeenIdentitiesJson.Default.SeenIdentities), ranges, Health, NullLoggerFactory.Instance, TimeProvider.System);
        _publisher = new Reconciler<string, PublicationRow>(Tables.Publications, _side.Publications, new GateKeeper(), new ReconcilerOptions(), TimeProvider.System, Health, NullLogger.Instance, _side.Drift);
        _side.Restore(identities.Load());
        _operator = hostsOperator ? OperatorModules.Loops(Store, Key.ToString(), TimeSpan.FromMinutes(10), NullLoggerFactory.Instance, TimeProvider.System) : [];
    }

    public NodeTables Tables { get; } = new(TimeProvider.System);

    public HealthTree Health { get; } = new(TimeProvider.System);

    public CountingStore Store { get; }

    public NodeKey Key { get; }

    public IPAddress Address { get; }

    public StoreNode Start()
    {
        var t = Tables;
        Fill(t.HostAddresses, [new HostAddressRow(IpPrefix.Host(Address), "eth0")]);
        t.EndpointRequests.RegisterSource("test").ListDone();
        t.Endpoints.RegisterSource("test").ListDone();
        foreach (var (_, run) in _side.Loops().Concat(_operator))
            Run(run);
        Run(new NodeController(Key, 0, Address, t.StoredNodes, t.HostAddresses, t.PodCidrs, t.HealthAddresses, t.Nodes), [t.StoredNodes, t.HostAddresses, t.PodCidrs], t.Nodes.RegisterSource("nodes"));
        Run(new PublishController(Key, t.Nodes, t.Endpoints, t.Publications), [t.Nodes, t.Endpoints.Rows], t.Publications.RegisterSource("node"));
        Run(_publisher.RunAsync);
        return this;
    }

    /// <summary>A workload that needs a number, and is published once it has one.</summary>
    public async Task<NumericIdentity> AddAsync(ushort id, string labels)
    {
        var set = LabelSet.Parse(labels.Split(','));
        Tables.EndpointRequests.Upsert(new EndpointRequest { Id = id, Device = $"lxc{id}", IfIndex = id, Mac = new(1), HostMac = new(2), Labels = set, IdentityLabels = set });
        await Eventually.TrueAsync(() => Tables.IdentityClaims[set]?.Id is not null, $"{Key}: {labels} has a number; it says: {Tables.IdentityClaims[set]?.Error}");
        var identity = Tables.IdentityClaims[set]!.Id!.Value;
        Tables.Endpoints.Upsert(new EndpointRow { Id = id, IfIndex = id, Device = $"lxc{id}", Mac = new(1), HostMac = new(2), IPv4 = AddressOf(id), Identity = identity, Policy = new PolicyId(identity) });
        return identity;
    }

    public void Remove(ushort id)
    {
        Tables.EndpointRequests.Remove(id);
        Tables.Endpoints.Remove(id);
        // No datapath holds it.
        Tables.Endpoints.Writable.Remove(id);
    }

    public IPAddress AddressOf(ushort id) => IPAddress.Parse($"10.{Address.GetAddressBytes()[3]}.0.{id}");

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        await _stop.CancelAsync();
        await Task.WhenAll(_loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _publisher.Dispose();
        await _side.DisposeAsync();
        await Store.DisposeAsync();
        _state.Dispose();
        _stop.Dispose();
    }

    private void Run(IController controller, IReadOnlyList<IReadTable> inputs, TableSource output) => Run(new ControllerLoop(controller, inputs, [], output).RunAsync);

    private void Run(Func<CancellationToken, Task> loop) => _loops.Add(Task.Run(() => loop(_stop.Token)));

    private static void Fill<TKey, TRow>(Table<TKey, TRow> table, IEnumerable<TRow> rows)
        where TKey : notnull
        where TRow : class
    {
        table.ReplaceAll(rows);
        table.RegisterSource("test").ListDone();
    }
}
