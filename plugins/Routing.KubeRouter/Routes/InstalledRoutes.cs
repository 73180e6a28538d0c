using System.Net;
using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Routing.KubeRouter.Session;
using Cilium.Framework.Rows;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Routing.KubeRouter.Routes;

/// <summary>Routes to ranges of other nodes as the GoBGP tells them: only to ranges that a row desires, and never over a route of somebody else.</summary>
/// <remarks>
/// While the GoBGP is away its last word stands. When it is back, routes that it does not tell stay for the hold time: it restarts with nothing, and its
/// peers need a while. What it withdraws itself goes at once.
/// </remarks>
internal sealed class InstalledRoutes : IRemoteRoutes, ISpeakerFollower, IDisposable
{
    private readonly KernelRoutes _kernel;
    private readonly SpeakerView _view;
    private readonly KubeRouterSettings _settings;
    private readonly ILogger _logger;
    private readonly ITimer _hold;
    private readonly Lock _lock = new();
    private readonly Dictionary<IpPrefix, NodeRouteRow> _desired = [];
    private readonly SortedDictionary<IpPrefix, string> _problems = [];

    // Of before the GoBGP was lost, or of an earlier process: not told again so far.
    private readonly HashSet<IpPrefix> _held = [];
    private bool _isDisposed;

    public InstalledRoutes(KernelRoutes kernel, SpeakerView view, KubeRouterSettings settings, TimeProvider time, ILogger logger)
    {
        (_kernel, _view, _settings, _logger) = (kernel, view, settings, logger);
        _hold = time.CreateTimer(_ => EndHold(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public bool OwnsRoutes => true;

    public string? Problem
    {
        get
        {
            lock (_lock)
                return _problems.Count == 0 ? null : $"{_problems.Count} routes cannot be installed, such as {_problems.First().Value}";
        }
    }

    public ValueTask<RowOutcome> UpsertAsync(NodeRouteRow row, KernelSnapshot kernel, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _desired[row.PodCidr] = row;
            return ValueTask.FromResult(Realise(row, kernel));
        }
    }

    public void Forget(IpPrefix prefix)
    {
        lock (_lock)
            Drop(prefix);
    }

    public void Retain(IReadOnlySet<IpPrefix> prefixes)
    {
        lock (_lock)
        {
            foreach (var prefix in _desired.Keys.Where(prefix => !prefixes.Contains(prefix)).ToArray())
                Drop(prefix);
        }
    }

    public ValueTask SyncedAsync(IGoBgpApi api, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var kernel = _kernel.Read(KernelRoutes.Families);
            _held.Clear();
            // Routes of this node's own ranges have no gateway.
            _held.UnionWith(kernel.All.Where(route => _kernel.IsOwn(route) && route.Gateway is not null).Select(KernelSnapshot.PrefixOf).Where(prefix => Told(prefix) is null));
            foreach (var row in _desired.Values)
                Try(row, kernel);
            if (_held.Count > 0 && !_isDisposed)
                _hold.Change(_settings.HoldTime, Timeout.InfiniteTimeSpan);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask ChangedAsync(IGoBgpApi api, IpPrefix prefix, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _held.Remove(prefix);
            if (_desired.TryGetValue(prefix, out var row))
                Try(row, _kernel.Read([prefix.Family]));
        }

        return ValueTask.CompletedTask;
    }

    public void Lost()
    {
        lock (_lock)
        {
            if (!_isDisposed)
                _hold.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _isDisposed = true;
        _hold.Dispose();
    }

    private void Drop(IpPrefix prefix)
    {
        _desired.Remove(prefix);
        _held.Remove(prefix);
        _problems.Remove(prefix);
    }

    // Outside a batch: what fails is told by the health, and by the row when it is applied again.
    private void Try(NodeRouteRow row, KernelSnapshot kernel)
    {
        try
        {
            Realise(row, kernel);
        }
        catch (NetlinkException error)
        {
            _problems[row.PodCidr] = $"{row.PodCidr} of node {row.Node}: {error.Message}";
        }
    }

    private RowOutcome Realise(NodeRouteRow row, KernelSnapshot kernel)
    {
        var prefix = row.PodCidr;
        _problems.Remove(prefix);
        if (Told(prefix) is { } told)
            return Put(row, told.NextHop, kernel);
        var kept = _view.Failure is not null || _held.Contains(prefix) ? _kernel.OwnAt(prefix, kernel).FirstOrDefault(route => route.Gateway is not null) : null;
        if (kept is not null)
            return Put(row, kept.Gateway!, kernel);
        if (_kernel.Remove(prefix, kernel) > 0)
            KubeRouterLog.Removed(_logger, prefix.ToString(), "gobgp has withdrawn it");
        return RowOutcome.Failed(ErrorKind.Unavailable, $"route {prefix} of node {row.Node}: it is not told: {MissingRoute.Why(row, _desired.Values, _view, _settings)}");
    }

    private RowOutcome Put(NodeRouteRow row, IPAddress nextHop, KernelSnapshot kernel)
    {
        var what = $"route {row.PodCidr} of node {row.Node}";
        if (_kernel.Netlink.FindRoute(nextHop) is not { Gateway: null, Type: Route.UnicastType } way)
            return Fail(row, ErrorKind.Unavailable, $"{what}: its next hop {nextHop} is not on a network of this node. Let the router between tell the range with its own address, or use an overlay.");
        var wanted = _kernel.Mark(row.PodCidr) with { Gateway = nextHop, IfIndex = way.IfIndex, PreferredSource = row.Source, Mtu = row.Mtu };
        if (_kernel.OwnAt(row.PodCidr, kernel).Contains(wanted))
            return RowOutcome.Done;
        if (_kernel.Put(wanted, kernel) is { } foreign)
            return Fail(row, ErrorKind.Conflict, $"{what}: there is one of protocol {RouteMakers.NameOf(foreign.Protocol)} already, which stays. Where kube-router runs, set {_settings.Path}:install-routes to false.");
        KubeRouterLog.Installed(_logger, row.PodCidr.ToString(), nextHop.ToString());
        return RowOutcome.Done;
    }

    private RowOutcome Fail(NodeRouteRow row, ErrorKind kind, string words)
    {
        _problems[row.PodCidr] = words;
        return RowOutcome.Failed(kind, words);
    }

    // Not what the node tells itself.
    private BgpRoute? Told(IpPrefix prefix) => _view.Find(prefix) is { Neighbour: not null } route ? route : null;

    private void EndHold()
    {
        lock (_lock)
        {
            if (_isDisposed || _view.Failure is not null)
                return;
            try
            {
                var kernel = _kernel.Read(KernelRoutes.Families);
                foreach (var prefix in _held)
                {
                    if (_kernel.Remove(prefix, kernel) > 0)
                        KubeRouterLog.Removed(_logger, prefix.ToString(), "gobgp has not told it again within the hold time");
                }

                _held.Clear();
            }
            catch (Exception error) when (error is NetlinkException or CiliumException)
            {
                // Pruning, and the next word of the GoBGP, remove what is left.
                KubeRouterLog.Failed(_logger, _settings.GoBgp.Address.Text, error);
            }
        }
    }
}
