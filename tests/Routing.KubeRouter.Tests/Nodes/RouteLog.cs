using System.Collections.Concurrent;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Routing.KubeRouter.Tests.Nodes;

/// <summary>Every change of our routes since it was made, as the kernel tells it.</summary>
internal sealed class RouteLog : IDisposable
{
    private readonly NetlinkChanges _changes;
    private readonly ConcurrentQueue<NetlinkChange> _log = [];
    private readonly Task _reading;

    public RouteLog(NetworkNamespace machine)
    {
        _changes = NetlinkChanges.Open(machine);
        _reading = ReadAsync();
    }

    /// <summary>Everything up to a route to this network.</summary>
    public async Task<IReadOnlyList<NetlinkChange>> UntilAsync(string network)
    {
        await Eventually.TrueAsync(() => _log.Any(change => change.Route?.Destination?.ToString() == network), $"the kernel tells of {network}", seconds: 60);
        return [.. _log];
    }

    public void Dispose() => _changes.Dispose();

    private async Task ReadAsync()
    {
        await foreach (var change in _changes.ReadAllAsync(CancellationToken.None))
        {
            if (change.Route is { Protocol: FakeContext.Protocol })
                _log.Enqueue(change);
        }
    }
}
