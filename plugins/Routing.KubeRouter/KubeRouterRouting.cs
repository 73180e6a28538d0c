using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Plugins;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing.KubeRouter.Routes;
using Cilium.Framework.Routing.KubeRouter.Session;
using Cilium.Framework.Rows;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Routing.KubeRouter;

/// <summary>Routes to this node's own ranges; those to other nodes' are kube-router's and only looked at, or are installed as its GoBGP tells them.</summary>
/// <param name="settings">The settings.</param>
/// <param name="context">The node.</param>
/// <param name="openNetlink">Opens the kernel of the node; called when the backend is initialised.</param>
internal sealed class KubeRouterRouting(KubeRouterSettings settings, IPluginContext context, Func<RouteNetlink> openNetlink) : IRoutingBackend
{
    private readonly ILogger _logger = context.Loggers.CreateLogger("routing.kube-router");
    private readonly SpeakerSession _session = new(settings, context.Time, context.Health.Scope("gobgp"), context.Loggers.CreateLogger("routing.kube-router"));
    private KernelRoutes? _kernel;
    private InstalledRoutes? _installed;
    private NodeRoutesTarget? _nodeRoutes;

    /// <summary>kube-router calls its IP-in-IP devices <c>tun-</c> and the peer's address without its dots, or a hash of it.</summary>
    public static bool IsTunnel(string device) => device.StartsWith("tun-", StringComparison.Ordinal);

    public RoutingCapabilities Capabilities => RoutingCapabilities.RemoteNodes;

    public IReconcileTarget<NodeRouteRow> NodeRoutes => _nodeRoutes ?? throw new InvalidOperationException("The routing backend was not initialised.");

    /// <remarks>
    /// Never kube-router's tunnels: their packets have no Ethernet header, which the datapath reads. What arrives through one is unwrapped by the stack,
    /// follows the route to the host device and is judged at its endpoint by the identity of its source address.
    /// </remarks>
    public RoutingPlan Plan(NodeDescription node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var missing = settings.Devices.Where(name => node.Devices.All(device => device.Name != name)).ToArray();
        if (missing.Length > 0)
        {
            var known = string.Join(", ", node.Devices.Select(device => device.Name).DefaultIfEmpty("none"));
            throw new ConfigurationException([.. missing.Select(name => new ConfigurationProblem($"{settings.Path}:devices", $"\"{name}\" is not a device of node {node.Name}. Its devices: {known}."))]);
        }

        var chosen = settings.Devices.Count > 0 ? settings.Devices : [.. node.Devices.Where(device => device.HasDefaultRoute && !IsTunnel(device.Name)).Select(device => device.Name)];
        return new(Encapsulation.None, MtuOverhead: 0, [.. chosen.Distinct().Select(name => new PlannedDevice(name, DeviceRole.Native))]);
    }

    /// <remarks>Nothing is asked of the GoBGP here: the node starts also where it is away.</remarks>
    public ValueTask InitializeAsync(CancellationToken cancellationToken)
    {
        if (_nodeRoutes is not null)
            return ValueTask.CompletedTask;
        _kernel = new(openNetlink(), context.RouteProtocol);
        _installed = settings.InstallRoutes ? new(_kernel, _session.View, settings, context.Time, _logger) : null;
        _nodeRoutes = new(_kernel, _installed is not null ? _installed : new VerifiedRoutes(_kernel, _session, settings));
        _session.Start([.. new ISpeakerFollower?[] { _installed }.OfType<ISpeakerFollower>()]);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        _installed?.Dispose();
        _kernel?.Dispose();
    }
}
