using Cilium.Framework.Configuration;
using Cilium.Framework.Endpoints;
using Cilium.Framework.Health;
using Cilium.Framework.Hosting;
using Cilium.Framework.Ipam;
using Cilium.Framework.Netlink;
using Cilium.Framework.NodeHealth;
using Cilium.Framework.Nodes;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>What a node does for health: asks the others, answers them, and keeps a health endpoint where it can have one.</summary>
internal static class NodeHealthLoops
{
    /// <summary>The loops by name, each until cancelled. Called once in a process, before the node's controllers run.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="tables">The node's tables.</param>
    /// <param name="ipam">Where addresses come from.</param>
    /// <param name="registry">The endpoints.</param>
    /// <param name="node">The node's namespace; null: no device is real.</param>
    /// <param name="plan">The routing plan; null: there is none yet.</param>
    /// <param name="health">Where it is told what does not work.</param>
    /// <param name="time">The clock.</param>
    public static IReadOnlyList<(string Name, Func<CancellationToken, Task> Run)> Create(
        AgentOptions options, NodeTables tables, IpamService ipam, EndpointRegistry registry, RouteNetlink? node, Func<DevicePlan?> plan, IHealthReporter health, TimeProvider time)
    {
        var self = new NodeKey(options.ClusterName, options.NodeName);
        var endpoint = new HealthEndpoint(options, ipam, registry, tables, plan, health.Scope("endpoint"), time);
        var removal = endpoint.IsKnown ? [("health-endpoint", ct => endpoint.RemoveAsync(node, ct))] : ((string, Func<CancellationToken, Task>)[])[];
        if (!options.Health)
            return removal;
        var origin = new NodeProbeOrigin(time);
        var responder = ("health-responder", (Func<CancellationToken, Task>)new NodeResponder(self, tables.Nodes, health.Scope("responder"), time).RunAsync);
        if (node is null || EndpointSockets.Read(Environment.GetEnvironmentVariable(EndpointSockets.Variable)) is not { } sockets)
        {
            health.Scope("endpoint").Stopped($"this node has no health endpoint: {Why(node)}");
            return [.. removal, responder, ("health-prober", Prober(null))];
        }

        endpoint.Remember();
        var devices = new HealthDevices(node, RouteNetlink.Inherit(sockets.Netlink), HealthNamespace.Of(options.RunDirectory));
        return
        [
            responder,
            ("health-listener", new EndpointListener(sockets.Listener, time).RunAsync),
            ("health-endpoint", ct => endpoint.RunAsync(devices, node, ct)),
            ("health-prober", Prober(new EndpointProbeOrigin(sockets, time))),
        ];

        static string Why(RouteNetlink? node) => node is null
            ? "its datapath has no real devices"
            : Environment.GetEnvironmentVariable(HealthNamespace.Failure) ?? "the agent was started without the right to make a network namespace (CAP_SYS_ADMIN, which it gives up before a plugin is loaded)";

        Func<CancellationToken, Task> Prober(IProbeOrigin? inside) =>
            new NodeProber(self, tables.Nodes, tables.NodeHealth, new HealthProbes(origin, inside), options.HealthInterval, time).RunAsync;
    }
}
