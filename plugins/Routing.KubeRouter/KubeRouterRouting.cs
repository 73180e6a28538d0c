using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Plugins;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing.KubeRouter.Exchange;
using Cilium.Framework.Routing.KubeRouter.Routes;
using Cilium.Framework.Routing.KubeRouter.Session;
using Cilium.Framework.Rows;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Routing.KubeRouter;

/// <summary>Routes to this node's own ranges; those to other nodes' are kube-router's and only looked at, or are installed as its GoBGP tells them.</summary>
internal sealed class KubeRouterRouting : IRoutingBackend
{
    private readonly KubeRouterSettings _settings;
    private readonly IPluginContext _context;
    private readonly Func<RouteNetlink> _openNetlink;
    private readonly ILogger _logger;
    private readonly SpeakerSession _session;
    private readonly NextHops _nextHops;
    private readonly Advertisements _advertisements;
    private KernelRoutes? _kernel;
    private InstalledRoutes? _installed;
    private NodeRoutesTarget? _nodeRoutes;

    /// <param name="settings">The settings.</param>
    /// <param name="context">The node.</param>
    /// <param name="openNetlink">Opens the kernel of the node; called when the backend is initialised.</param>
    public KubeRouterRouting(KubeRouterSettings settings, IPluginContext context, Func<RouteNetlink> openNetlink)
    {
        (_settings, _context, _openNetlink) = (settings, context, openNetlink);
        _logger = context.Loggers.CreateLogger("routing.kube-router");
        _session = new(settings, context.Time, context.Health.Scope("gobgp"), _logger);
        _nextHops = new(settings);
        _advertisements = new(_session, _nextHops, _logger);
        Exchange = new BgpExchange(_session, _advertisements, settings);
    }

    public RoutingCapabilities Capabilities => RoutingCapabilities.RemoteNodes;

    public IReconcileTarget<NodeRouteRow> NodeRoutes => _nodeRoutes ?? throw new InvalidOperationException("The routing backend was not initialised.");

    public IRouteExchange? Exchange { get; }

    /// <summary>kube-router calls its IP-in-IP devices <c>tun-</c> and the peer's address without its dots, or a hash of it.</summary>
    public static bool IsTunnel(string device) => device.StartsWith("tun-", StringComparison.Ordinal);

    /// <remarks>
    /// Never kube-router's tunnels: their packets have no Ethernet header, which the datapath reads. What arrives through one is unwrapped by the stack,
    /// follows the route to the host device and is judged at its endpoint by the identity of its source address.
    /// </remarks>
    public RoutingPlan Plan(NodeDescription node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var missing = _settings.Devices.Where(name => node.Devices.All(device => device.Name != name)).ToArray();
        if (missing.Length > 0)
        {
            var known = string.Join(", ", node.Devices.Select(device => device.Name).DefaultIfEmpty("none"));
            throw new ConfigurationException([.. missing.Select(name => new ConfigurationProblem($"{_settings.Path}:devices", $"\"{name}\" is not a device of node {node.Name}. Its devices: {known}."))]);
        }

        var chosen = _settings.Devices.Count > 0 ? _settings.Devices : [.. node.Devices.Where(device => device.HasDefaultRoute && !IsTunnel(device.Name)).Select(device => device.Name)];
        return new(Encapsulation.None, MtuOverhead: 0, [.. chosen.Distinct().Select(name => new PlannedDevice(name, DeviceRole.Native))]);
    }

    /// <remarks>Nothing is asked of the GoBGP here: the node starts also where it is away.</remarks>
    public ValueTask InitializeAsync(CancellationToken cancellationToken)
    {
        if (_nodeRoutes is not null)
            return ValueTask.CompletedTask;
        _kernel = new(_openNetlink(), _context.RouteProtocol);
        _nextHops.Netlink = _kernel.Netlink;
        _installed = _settings.InstallRoutes ? new(_kernel, _session.View, _settings, _context.Time, _logger) : null;
        _nodeRoutes = new(_kernel, _installed is not null ? _installed : new VerifiedRoutes(_kernel, _session, _settings));
        _session.Start(_installed is null ? [_advertisements] : [_installed, _advertisements]);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        _installed?.Dispose();
        _advertisements.Dispose();
        _kernel?.Dispose();
    }
}
