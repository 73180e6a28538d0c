using Cilium.Framework.Agent.Events;
using Cilium.Framework.Agent.Service;
using Cilium.Framework.Endpoints;
using Cilium.Framework.Hosting;
using Cilium.Framework.Identities;
using Cilium.Framework.IpCache;
using Cilium.Framework.Nodes;
using Cilium.Framework.Policies;
using Cilium.Framework.Publications;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routes;
using Cilium.Framework.Routing;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Agent.Hosting;

/// <summary>The loops of a node, in the order in which facts flow through them.</summary>
internal sealed partial class NodeRuntime
{
    private void RunControllers(StoreSide store, NodeController nodes, NodeKey self, HashSet<(ushort Id, int IfIndex)> held)
    {
        var t = Tables;
        Run("nodes", nodes, [t.StoredNodes, t.HostAddresses, t.PodCidrs], [t.HealthAddresses], t.Nodes.RegisterSource("nodes"));
        Run("node-ranges", new NodeRangeController(self, t.Nodes, t.NodeRanges, _health.Scope("node-ranges")), [t.Nodes], [], t.NodeRanges.RegisterSource("nodes"));
        Run("devices", new DeviceController(t.Plans, t.Devices), [t.Plans], [], t.Devices.RegisterSource("plan"));
        var hasRemote = _plugins.Routing.Capabilities.HasFlag(RoutingCapabilities.RemoteNodes);
        Run("node-routes", new NodeRouteController(hasRemote, t.Plans, t.NodeRanges, t.NodeRoutes, _health.Scope("node-routes")), [t.Plans, t.NodeRanges], [], t.NodeRoutes.RegisterSource("node-ranges"));
        var prefixes = t.CidrIdentities.RegisterSource("rules");
        Start("cidr-identities", ct => Cidrs.RunAsync(t.Rules, prefixes, ct));
        var identities = t.Identities.RegisterSource("identities");
        Run("identities", new IdentityController(Reserved, t.StoredIdentities, t.IdentityClaims, t.CidrIdentities, t.Identities), [t.StoredIdentities, t.IdentityClaims, t.CidrIdentities], [], identities);
        if (store.RemembersIdentities)
            Start("remembered-identities", new RememberedIdentities(t.StoredIdentities, identities, _time).RunAsync);
        Run("policies", Policies, [t.Rules, t.Identities, t.IdentityClaims], [t.Endpoints.Rows, Policies.Settings], t.Policies.RegisterSource("rules"));
        Run("endpoints", new EndpointController(t.EndpointRequests, t.IdentityClaims, t.Policies, held, t.Endpoints), [t.EndpointRequests, t.IdentityClaims], [t.Endpoints.Rows], t.Endpoints.RegisterSource("requests"));
        Run("ipcache", new IpCacheController(t.Endpoints, t.HostAddresses, t.StoredIps, t.Nodes, t.NodeRanges, t.Plans, t.CidrIdentities, t.Identities, t.IpCache), [t.Endpoints.Rows, t.HostAddresses, t.StoredIps, t.Nodes, t.NodeRanges, t.Plans, t.CidrIdentities, t.Identities], [], t.IpCache.RegisterSource("addresses"));
        Run("publications", new PublishController(self, t.Nodes, t.Endpoints, t.Publications), [t.Endpoints.Rows, t.Nodes], [], t.Publications.RegisterSource("node"));
        Run("policy-revisions", new PolicyRevisionController(() => Policies.ComputedRevision, t), [t.Policies.Rows], [Policies.Computed, t.CidrIdentities, t.IpCache.Rows]);
    }

    private void RunOperatorModules(NodeKey self)
    {
        foreach (var (name, run) in OperatorModules.Loops(_plugins.Kvstore, self.ToString(), _options.IdentityGcInterval, _loggers, _time))
            Start(name, run);
    }

    private void Run(string name, IController controller, IReadOnlyList<IReadTable> inputs, IReadOnlyList<IReadTable> feedback, params IReadOnlyList<TableSource> outputs) =>
        Start($"{name}-controller", new ControllerLoop(new WatchedController(name, controller, Liveness), inputs, feedback, outputs).RunAsync);

    private void Start(string name, Func<CancellationToken, Task> run) => _jobs.Start(name, Liveness.Loop(name, run));

    private static readonly ReconcilerOptions Usual = new();

    /// <summary>What is gone makes room.</summary>
    private static readonly ReconcilerOptions RoomFirst = new() { Order = BatchOrder.DeletesFirst };

    /// <summary>Written again as often as Cilium writes its keys (facts 5a). However long the store is away, what waits is there within seconds once it is back.</summary>
    private static readonly ReconcilerOptions Published = new() { RefreshInterval = TimeSpan.FromMinutes(1), MaxRetry = TimeSpan.FromSeconds(3) };

    private void RunReconcilers(StoreSide store)
    {
        var (gates, datapath) = (new GateKeeper(Tables.Policies, Tables.Endpoints, Tables.IpCache), _plugins.Datapath);
        Reconcile(Tables.Devices, datapath.Devices, gates, Usual, ChangedDevices);
        Reconcile(Tables.NodeRoutes, _plugins.Routing.NodeRoutes, gates, Usual, ChangedRoutes);
        if (_plugins.Routing.Exchange is { } exchange)
            Reconcile(Tables.Advertisements, exchange.Advertisements, gates, Usual);
        Reconcile(Tables.Policies, new ExplainedPolicies(datapath.Policies, Tables.Rules), gates, RoomFirst);
        Reconcile(Tables.Endpoints, datapath.Endpoints, gates, RoomFirst);
        Reconcile(Tables.IpCache, datapath.IpCache, gates, Usual);
        Reconcile(Tables.Publications, store.Publications, gates, Published, store.Drift);
    }

    private void Reconcile<TKey, TRow>(DesiredTable<TKey, TRow> table, IReconcileTarget<TRow> target, IGateKeeper gates, ReconcilerOptions options, Drift<TKey>? drift = null)
        where TKey : notnull
        where TRow : class
    {
        var reconciler = new Reconciler<TKey, TRow>(
            table, new WatchedTarget<TRow>(table.Name, target, Liveness), gates, options, _time, _health.Scope("reconcilers").Scope(table.Name), _loggers.CreateLogger($"reconciler-{table.Name}"), drift);
        _reconcilers.Add(reconciler);
        Start($"{table.Name}-reconciler", reconciler.RunAsync);
    }

    private void RunEvents()
    {
        var translator = new EventTranslator(new EventExplainer(Tables).Explain);
        Start("datapath-events", async ct =>
        {
            await foreach (var read in _plugins.Datapath.ReadEventsAsync(ct))
            {
                if (!Events.IsIdle)
                    Events.Publish(translator.Translate(read));
            }
        });
    }
}
