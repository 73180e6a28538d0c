using System.Net;
using Cilium.Framework.Agent.Endpoints;
using Cilium.Framework.Agent.Events;
using Cilium.Framework.Agent.NodeHealth;
using Cilium.Framework.Configuration;
using Cilium.Framework.Datapath;
using Cilium.Framework.Endpoints;
using Cilium.Framework.Errors;
using Cilium.Framework.Health;
using Cilium.Framework.Hosting;
using Cilium.Framework.Identities;
using Cilium.Framework.IpCache;
using Cilium.Framework.Ipam;
using Cilium.Framework.Jobs;
using Cilium.Framework.Netlink;
using Cilium.Framework.Nodes;
using Cilium.Framework.Plugins;
using Cilium.Framework.Policies;
using Cilium.Framework.Routes;
using Cilium.Framework.Rows;
using Cilium.Framework.State;

namespace Cilium.Framework.Agent.Hosting;

/// <summary>One node at work: backends, tables, controllers and reconcilers, wired in the order in which facts flow.</summary>
internal sealed partial class NodeRuntime : IAsyncDisposable
{
    private readonly AgentOptions _options;
    private readonly PluginSet _plugins;
    private readonly HealthTree _health;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly JobRunner _jobs;
    private readonly RouteNetlink _netlink = RouteNetlink.Open();
    private readonly NetlinkChanges _changes = NetlinkChanges.Open();
    private readonly List<IDisposable> _reconcilers = [];
    private StoreSide? _store;

    private NodeRuntime(AgentOptions options, PluginSet plugins, StateDirectory state, HealthTree health, ILoggerFactory loggers, TimeProvider time)
    {
        (_options, _plugins, _health, _loggers, _time) = (options, plugins, health, loggers, time);
        (Tables, Liveness) = (new NodeTables(time), new Liveness(time));
        _jobs = new JobRunner(time, health.Scope("jobs"), loggers.CreateLogger<JobRunner>());
        Ipam = new IpamService(plugins.Ipam, new StateFile<IpamState>(state, "ipam.json", IpamStateJson.Default.IpamState));
        Registry = new EndpointRegistry(
            Tables.EndpointRequests, new StateFile<EndpointsState>(state, "endpoints.json", EndpointsStateJson.Default.EndpointsState), LabelFilter.Create(options.Labels));
        Rules = new RuleRegistry(Tables.Rules, new StateFile<RulesState>(state, RuleRegistry.FileName, RulesStateJson.Default.RulesState));
        Advertisements = new AdvertisementRegistry(Tables.Advertisements, new StateFile<AdvertisementState>(state, AdvertisementRegistry.FileName, AdvertisementStateJson.Default.AdvertisementState));
        IdentityFile = new IdentityStateFile(new StateFile<IdentityState>(state, "identities.json", IdentityStateJson.Default.IdentityState));
        InUse = new IdentitiesInUse(Tables.IpCache, Tables.Endpoints);
        SeenFile = new StateFile<SeenIdentities>(state, IdentityMemory.FileName, SeenIdentitiesJson.Default.SeenIdentities);
        RangeFile = new StateFile<PodCidrState>(state, PodCidrState.FileName, PodCidrStateJson.Default.PodCidrState);
        Cidrs = new CidrIdentities(() => Rules.Current.WantedPrefixes(), InUse, Tables.CidrIdentities, IdentityFile);
        Policies = new PolicyController(Tables, options.PolicyEnforcement, options.AllowLocalhost);
        Projection = new EndpointStatusProjection(Tables.EndpointRequests, Tables.IdentityClaims, Tables.Endpoints, Tables.Policies, Tables.PolicyRevisions);
    }

    public NodeTables Tables { get; }

    public IpamService Ipam { get; }

    public EndpointRegistry Registry { get; }

    public RuleRegistry Rules { get; }

    public AdvertisementRegistry Advertisements { get; }

    public EndpointStatusProjection Projection { get; }

    public EventHub Events { get; } = new();

    /// <summary>Whether the loops still do their work.</summary>
    public Liveness Liveness { get; }

    /// <summary>The routing plan of this node; null when the datapath carries no real packets.</summary>
    public DevicePlan? Plan => Tables.Plans[DevicePlan.Key];

    /// <summary>Where devices are looked up; null when the datapath carries no real packets.</summary>
    public RouteNetlink? Devices => IsReal ? _netlink : null;

    /// <summary>What an operator should know.</summary>
    public List<string> Warnings { get; } = [];

    private ReservedIdentities Reserved => new(_options.FixedIdentities);

    private IdentityStateFile IdentityFile { get; }

    private StateFile<SeenIdentities> SeenFile { get; }

    private StateFile<PodCidrState> RangeFile { get; }

    private IdentitiesInUse InUse { get; }

    private CidrIdentities Cidrs { get; }

    private PolicyController Policies { get; }

    /// <summary>Pools of the cluster that this node's ranges come from; none: they are configured.</summary>
    private IReadOnlyList<IpamClusterPool> ClusterPools => [.. _plugins.ClusterPools.Where(pool => pool.Cidr.IsIPv6 ? _options.IPv6 : _options.IPv4)];

    private IReadOnlyList<IpPrefix> Ranges => [.. Tables.PodCidrs.Select(row => row.Cidr).Order()];

    private IReadOnlyList<IPAddress> Gateways => [.. Ipam.LocalPools().Select(pool => pool.Gateway)];

    private bool IsReal => _plugins.Datapath.Capabilities.HasFlag(DatapathCapabilities.RealDevices);

    /// <summary>Starts the backends, takes over what was realised and known before, and starts every loop.</summary>
    /// <exception cref="CiliumException">A backend cannot start.</exception>
    public static async Task<NodeRuntime> StartAsync(
        AgentOptions options, PluginSet plugins, StateDirectory state, HealthTree health, ILoggerFactory loggers, TimeProvider time, CancellationToken ct)
    {
        var node = new NodeRuntime(options, plugins, state, health, loggers, time);
        try
        {
            await node.ProbeAsync(ct);
            await node.StartBackendsAsync(ct);
            await node.RestoreAndRunAsync(ct);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Puts settings into force that may change while the agent runs.</summary>
    public void Apply(AgentOptions changed) => Policies.Apply(changed.PolicyEnforcement, changed.AllowLocalhost);

    /// <summary>Ends the loops; what is realised stays.</summary>
    public async ValueTask DisposeAsync()
    {
        await _jobs.DisposeAsync();
        foreach (var reconciler in _reconcilers)
            reconciler.Dispose();
        if (_store is not null)
            await _store.DisposeAsync();
        await _plugins.EndAsync(_loggers.CreateLogger<NodeRuntime>());
        Registry.Dispose();
        Ipam.Dispose();
        _changes.Dispose();
        _netlink.Dispose();
    }

    private async Task ProbeAsync(CancellationToken ct)
    {
        var logger = _loggers.CreateLogger<NodeRuntime>();
        var findings = await _plugins.AskAsync("datapath", "probe", _plugins.Datapath.ProbeAsync, ct);
        foreach (var finding in findings.Where(finding => finding.Severity != ProbeSeverity.Info))
        {
            AgentLog.Finding(logger, finding.Subject, finding.Message);
            Warnings.Add($"{finding.Subject}: {finding.Message}");
        }

        var fatal = findings.Where(finding => finding.Severity == ProbeSeverity.Fatal).Select(finding => $"{finding.Subject}: {finding.Message}").ToList();
        if (fatal.Count > 0)
            throw new CiliumException(ErrorKind.Unsupported, "CF1101 this machine cannot run the selected datapath.\n" + string.Join('\n', fatal));
    }

    private async Task StartBackendsAsync(CancellationToken ct)
    {
        await _plugins.StartAsync("kvstore", _plugins.Kvstore.StartAsync, ct);
        var ranges = Tables.PodCidrs.RegisterSource("node");
        Tables.PodCidrs.ReplaceAll(KnownRanges());
        ranges.ListDone();
        await _plugins.StartAsync("ipam", () => Ipam.Start(Ranges), ct);
        // Before a backend makes anything: a node that the settings do not fit stays as it was.
        await PlanAsync(ct);
        await _plugins.StartAsync("routing", _plugins.Routing.InitializeAsync, ct);
        await _plugins.StartAsync("datapath", _plugins.Datapath.InitializeAsync, ct);
    }

    private async Task RestoreAndRunAsync(CancellationToken ct)
    {
        var held = await _plugins.AskAsync("datapath", "list endpoints", _plugins.Datapath.View.ListEndpointsAsync, ct);
        var before = IdentityFile.Load();
        var identityState = IdentityFile.Rename(NodeKeyName.Choose(
            _options.NodeIPv4, before.Node, [.. _netlink.ListAddresses().Select(address => address.IP)], Gateways, _options.NodeName));
        var self = new NodeKey(_options.ClusterName, _options.NodeName);
        _store = new StoreSide(
            _plugins.Kvstore, Tables, new StoreSideOptions(self, _options.ClusterId, identityState.Node!, Reserved, _options.LeaseTimeToLive, ClusterPools), InUse, IdentityFile, SeenFile, RangeFile, _health.Scope("store"), _loggers, _time);

        var requests = Tables.EndpointRequests.RegisterSource("state");
        var logger = _loggers.CreateLogger<NodeRuntime>();
        var gone = Registry.Restore(StillExists);
        foreach (var vanished in gone)
            AgentLog.Vanished(logger, vanished.Id, vanished.Device);
        foreach (var address in await EndpointLeases.ReleaseForgottenAsync(Ipam, gone, Tables.EndpointRequests, ct))
            AgentLog.Freed(logger, address);
        requests.ListDone();
        Rules.Restore();
        Advertisements.Restore();
        var claimSource = Tables.IdentityClaims.RegisterSource("state");
        _store.Restore(identityState);
        claimSource.ListDone();
        Cidrs.Restore(identityState);

        await RunSourcesAsync(_store, ct);
        if (_options.OperatorInAgent)
            RunOperatorModules(self);
        var nodeHealth = NodeHealthLoops.Create(_options, Tables, Ipam, Registry, Devices, () => Plan, _health.Scope("node-health"), _time);
        var known = IPAddress.TryParse(identityState.Node, out var named) ? named : null;
        RunControllers(_store, new NodeController(self, _options.ClusterId, known, Tables.StoredNodes, Tables.HostAddresses, Tables.PodCidrs, Tables.HealthAddresses, Tables.Nodes), self, [.. held.Where(endpoint => endpoint.Enforces).Select(endpoint => (endpoint.Id, endpoint.IfIndex))]);
        RunReconcilers(_store);
        RunEvents();
        foreach (var (name, run) in nodeHealth)
            Start(name, run);
        Start("memory-relief", new MemoryRelief(_time).RunAsync);
    }

    private bool StillExists(EndpointRequest request) => !IsReal || _netlink.FindLink(request.Device)?.Index == request.IfIndex;
}
