using System.Net;
using Cilium.Framework.Configuration;
using Cilium.Framework.Core.ScenarioTests.Targets;
using Cilium.Framework.Endpoints;
using Cilium.Framework.Health;
using Cilium.Framework.Hosting;
using Cilium.Framework.Identities;
using Cilium.Framework.IpCache;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Nodes;
using Cilium.Framework.Policies;
using Cilium.Framework.Publications;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.State;
using Cilium.Framework.Tables;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cilium.Framework.Core.ScenarioTests.Node;

/// <summary>The core of one agent process, wired as <c>NodeRuntime</c> of the agent wires it, over a datapath and a store that outlive it.</summary>
internal sealed class CoreNode : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _loops = [];
    private readonly List<IDisposable> _reconcilers = [];
    private readonly StateDirectory _state;
    private readonly TimeProvider _time;

    public CoreNode(string stateDirectory, RecordingDatapath datapath, IKvstore store, TimeProvider time)
    {
        _time = time;
        _state = StateDirectory.Open(stateDirectory);
        Tables = new(time);
        Registry = new(Tables.EndpointRequests, new(_state, "endpoints.json", EndpointsStateJson.Default.EndpointsState), LabelFilter.Create([]));
        Rules = new(Tables.Rules, new(_state, RuleRegistry.FileName, RulesStateJson.Default.RulesState));
        Projection = new(Tables.EndpointRequests, Tables.IdentityClaims, Tables.Endpoints, Tables.Policies, Tables.PolicyRevisions);
        Policies = new(Tables, PolicyEnforcement.Default, AllowLocalhost.Auto);
        Start(datapath, store);
    }

    public NodeTables Tables { get; }

    public EndpointRegistry Registry { get; }

    public RuleRegistry Rules { get; }

    public EndpointStatusProjection Projection { get; }

    private PolicyController Policies { get; }

    /// <summary>Rethrows what ended a loop: none may end by itself.</summary>
    public void CheckLoops()
    {
        foreach (var loop in _loops.Where(loop => loop.IsFaulted))
            throw new InvalidOperationException("a loop of the core ended", loop.Exception);
    }

    /// <summary>Ends the loops; what is realised stays.</summary>
    public void Stop(Pump pump)
    {
        _stop.Cancel();
        pump.RunUntilIdle();
        Assert.All(_loops, loop => Assert.True(loop.IsCompleted, "a loop does not end"));
        Dispose();
    }

    public void Dispose()
    {
        foreach (var reconciler in _reconcilers)
            reconciler.Dispose();
        _state.Dispose();
        _stop.Dispose();
    }

    private void Start(RecordingDatapath datapath, IKvstore store)
    {
        var t = Tables;
        var file = new IdentityStateFile(new StateFile<IdentityState>(_state, "identities.json", IdentityStateJson.Default.IdentityState));
        var inUse = new IdentitiesInUse(t.IpCache, t.Endpoints);
        var cidrs = new CidrIdentities(() => Rules.Current.WantedPrefixes(), inUse, t.CidrIdentities, file);
        var held = datapath.Endpoints.Held.Values.Where(endpoint => endpoint.Policy is not null).Select(endpoint => (endpoint.Id, endpoint.IfIndex)).ToHashSet();
        var identityState = file.Load();
        var self = new NodeKey("default", "node");
        var side = new StoreSide(
            store, t, new StoreSideOptions(self, 0, "192.168.0.1", ReservedIdentities.Default, TimeSpan.FromMinutes(15), Pools: []), inUse, file,
            new StateFile<SeenIdentities>(_state, IdentityMemory.FileName, SeenIdentitiesJson.Default.SeenIdentities),
            new StateFile<PodCidrState>(_state, PodCidrState.FileName, PodCidrStateJson.Default.PodCidrState), new NoHealth(), NullLoggerFactory.Instance, _time);

        var requests = t.EndpointRequests.RegisterSource("state");
        Registry.Restore(_ => true);
        requests.ListDone();
        Rules.Restore();
        var claimSource = t.IdentityClaims.RegisterSource("state");
        side.Restore(identityState);
        claimSource.ListDone();
        cidrs.Restore(identityState);
        var hosts = t.HostAddresses.RegisterSource("kernel");
        t.HostAddresses.Upsert(new HostAddressRow(IpPrefix.Host(IPAddress.Parse("192.168.0.1")), "eth0"));
        hosts.ListDone();

        var ranges = t.PodCidrs.RegisterSource("configuration");
        ranges.ListDone();
        foreach (var (_, run) in side.Loops())
            Run(run);
        Run(new NodeController(self, 0, IPAddress.Parse("192.168.0.1"), t.StoredNodes, t.HostAddresses, t.PodCidrs, t.HealthAddresses, t.Nodes), [t.StoredNodes, t.HostAddresses, t.PodCidrs], [], t.Nodes.RegisterSource("nodes"));
        t.Plans.RegisterSource("routing").ListDone();
        Run(new NodeRangeController(self, t.Nodes, t.NodeRanges, new NoHealth()), [t.Nodes], [], t.NodeRanges.RegisterSource("nodes"));
        Run(new PublishController(self, t.Nodes, t.Endpoints, t.Publications), [t.Endpoints.Rows], [t.Nodes], t.Publications.RegisterSource("node"));
        var cidrSource = t.CidrIdentities.RegisterSource("rules");
        Run(stop => cidrs.RunAsync(t.Rules, cidrSource, stop));
        Run(new IdentityController(ReservedIdentities.Default, t.StoredIdentities, t.IdentityClaims, t.CidrIdentities, t.Identities), [t.StoredIdentities, t.IdentityClaims, t.CidrIdentities], [], t.Identities.RegisterSource("identities"));
        Run(Policies, [t.Rules, t.Identities, t.IdentityClaims], [t.Endpoints.Rows, Policies.Settings], t.Policies.RegisterSource("rules"));
        Run(new EndpointController(t.EndpointRequests, t.IdentityClaims, t.Policies, held, t.Endpoints), [t.EndpointRequests, t.IdentityClaims], [t.Endpoints.Rows], t.Endpoints.RegisterSource("requests"));
        Run(new IpCacheController(t.Endpoints, t.HostAddresses, t.StoredIps, t.Nodes, t.NodeRanges, t.Plans, t.CidrIdentities, t.Identities, t.IpCache), [t.Endpoints.Rows, t.HostAddresses, t.StoredIps, t.Nodes, t.NodeRanges, t.Plans, t.CidrIdentities, t.Identities], [], t.IpCache.RegisterSource("addresses"));
        Run(new PolicyRevisionController(() => Policies.ComputedRevision, t), [t.Policies.Rows], [Policies.Computed, t.CidrIdentities, t.IpCache.Rows]);

        var gates = new GateKeeper(t.Policies, t.Endpoints, t.IpCache);
        Reconcile(t.Policies, datapath.Policies, gates, BatchOrder.DeletesFirst);
        Reconcile(t.Endpoints, datapath.Endpoints, gates, BatchOrder.DeletesFirst);
        Reconcile(t.IpCache, datapath.IpCache, gates, BatchOrder.UpsertsFirst);
        Reconcile(t.Publications, side.Publications, gates, BatchOrder.UpsertsFirst);
    }

    private void Run(IController controller, IReadOnlyList<IReadTable> inputs, IReadOnlyList<IReadTable> feedback, params IReadOnlyList<TableSource> outputs) =>
        Run(new ControllerLoop(controller, inputs, feedback, outputs).RunAsync);

    private void Reconcile<TKey, TRow>(DesiredTable<TKey, TRow> table, IReconcileTarget<TRow> target, IGateKeeper gates, BatchOrder order)
        where TKey : notnull
        where TRow : class
    {
        var reconciler = new Reconciler<TKey, TRow>(table, target, gates, new ReconcilerOptions { Order = order }, _time, new NoHealth(), NullLogger.Instance);
        _reconcilers.Add(reconciler);
        Run(reconciler.RunAsync);
    }

    /// <summary>Each loop begins when the pump lets it.</summary>
    private void Run(Func<CancellationToken, Task> loop)
    {
        var token = _stop.Token;
        _loops.Add(Begin());

        async Task Begin()
        {
            await Task.Yield();
            try
            {
                await loop(token);
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                // Stopped.
            }
        }
    }

    private sealed class NoHealth : IHealthReporter
    {
        public IHealthReporter Scope(string name) => this;

        public void Ok(string message)
        {
        }

        public void Degraded(string message, Exception? error = null)
        {
        }

        public void Stopped(string message)
        {
        }
    }
}
