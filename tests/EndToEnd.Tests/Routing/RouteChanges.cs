using Cilium.Framework.Lab;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>Every change of a route of one protocol number on nodes, whoever makes it.</summary>
internal sealed class RouteChanges : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<string> _seen = [];
    private readonly Task _reading;

    public RouteChanges(IReadOnlyList<LabNode> nodes, byte protocol)
    {
        var opened = nodes.Select(node => (node, changes: NetlinkChanges.Open(node.Network.Node))).ToList();
        _reading = Task.WhenAll(opened.Select(one => ReadAsync(one.node, one.changes, protocol)));
    }

    /// <summary>In words, in the order of their arrival.</summary>
    public IReadOnlyList<string> Seen()
    {
        lock (_seen)
            return [.. _seen];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        _stop.Dispose();
    }

    private async Task ReadAsync(LabNode node, NetlinkChanges changes, byte protocol)
    {
        using var opened = changes;
        try
        {
            await foreach (var change in changes.ReadAllAsync(_stop.Token))
            {
                if (change.Kind != NetlinkChangeKind.Resync && change.Route?.Protocol != protocol)
                    continue;
                lock (_seen)
                    _seen.Add($"{node.Network.Place.IPv4}: {change}");
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }
}
