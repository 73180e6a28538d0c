using Cilium.Framework.Hosting;
using Cilium.Framework.Nodes;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routes;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Agent.Hosting;

/// <summary>What a node sees of its kernel, and how packets leave it.</summary>
internal sealed partial class NodeRuntime
{
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(100);

    private Drift<string> ChangedDevices { get; } = new();

    private Drift<IpPrefix> ChangedRoutes { get; } = new();

    private async Task RunSourcesAsync(StoreSide store, CancellationToken ct)
    {
        var hosts = new HostAddresses(_netlink, () => Gateways, Tables.HostAddresses, Tables.HostAddresses.RegisterSource("kernel"), _time);
        hosts.Read();
        Start("host-addresses", hosts.RunAsync);
        var plans = Tables.Plans.RegisterSource("routing");
        await PlanDevicesAsync(ct);
        plans.ListDone();
        var logger = _loggers.CreateLogger<NodeRuntime>();
        foreach (var left in IsReal ? LeftDevices.Remove(_netlink, Plan) : [])
            AgentLog.LeftDevice(logger, left);
        foreach (var (name, run) in store.Loops())
            Start(name, run);
        var plan = new Wake();
        Start("plan", stop => FollowPlanAsync(hosts, plan, stop));
        if (IsReal)
            Start("kernel-watch", new KernelWatch(_changes, Tables.Devices, Tables.NodeRoutes, plan, ChangedDevices, ChangedRoutes).RunAsync);
    }

    /// <summary>Configured, or what an earlier process of this node claimed.</summary>
    private IEnumerable<PodCidrRow> KnownRanges() => ClusterPools.Count == 0
        ? new[] { _options.IPv4PodCidr, _options.IPv6PodCidr }.OfType<IpPrefix>().Select(range => new PodCidrRow(range, "configuration"))
        : (RangeFile.Read(state => state.Read()) ?? []).Select(range => new PodCidrRow(range, PodCidrClaims.Origin));

    /// <summary>A range that this node gets, or gets instead of another, while it runs; a device that is new, other or gone.</summary>
    private async Task FollowPlanAsync(HostAddresses hosts, Wake wake, CancellationToken ct)
    {
        using var onChange = Tables.PodCidrs.Attach(wake);
        while (true)
        {
            var ranges = Ranges;
            if (!ranges.SequenceEqual(Ipam.LocalPools().Select(pool => pool.Cidr).Order()))
                await Ipam.SetPoolsAsync(ranges, ct);
            hosts.Read();
            await PlanDevicesAsync(ct);
            await RestoreOverlayAsync(ct);
            await wake.WaitAsync(ct);
            // A device that comes or goes is told in many changes.
            await Task.Delay(Settling, _time, ct);
        }
    }

    /// <summary>A device of the routing backend's own that somebody took away or switched off.</summary>
    private async Task RestoreOverlayAsync(CancellationToken ct)
    {
        if (Plan is { } plan && plan.Routing.Devices.Any(device => device.Role == DeviceRole.Overlay && _netlink.FindLink(device.Name) is not { IsUp: true }))
            await _plugins.StartAsync("routing", _plugins.Routing.InitializeAsync, ct);
    }

    private async Task PlanDevicesAsync(CancellationToken ct)
    {
        if (await PlanAsync(ct) is { } plan)
            Tables.Plans.Upsert(plan);
    }

    /// <returns>Null: the datapath carries no real packets.</returns>
    /// <exception cref="Errors.ConfigurationException">The settings do not fit this node.</exception>
    private async Task<DevicePlan?> PlanAsync(CancellationToken ct)
    {
        if (!IsReal)
            return null;
        var own = Tables.EndpointRequests.Select(request => request.Device).Concat([DevicePlan.HostDevice, DevicePlan.HostDevicePeer]).ToHashSet();
        var description = new NodeDescription(_options.NodeName, Ranges, HostAddresses.Devices(_netlink, own));
        OwnRanges.Check(description);
        var routing = await _plugins.AskAsync("routing", "plan", _ => new ValueTask<RoutingPlan>(_plugins.Routing.Plan(description)), ct);
        var plan = new DevicePlan(description, routing, Ipam.LocalPools(), _options.Mtu);
        ConfiguredMtu.Check(plan);
        return plan;
    }
}
