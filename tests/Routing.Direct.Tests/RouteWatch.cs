using System.Net;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Routing.Testing;

/// <summary>What happens to our routes from now on, as the kernel tells it.</summary>
internal sealed class RouteWatch(NetworkNamespace networkNamespace) : IDisposable
{
    private static readonly IPAddress Mark = IPAddress.Parse("10.254.254.254");
    private readonly NetlinkChanges _changes = NetlinkChanges.Open(networkNamespace);

    /// <summary>Everything since the watch began: a mark of our own says where the end is.</summary>
    public async Task<IReadOnlyList<string>> SeenAsync(RoutedNode node)
    {
        node.AddForeign($"{Mark}/32", "host1", protocol: 99);
        var seen = new List<string>();
        await foreach (var change in _changes.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            if (Mark.Equals(change.Route?.Destination))
                break;
            if (change.Route is { Protocol: RoutedNode.Protocol } route)
                seen.Add($"{(change.IsRemoved ? "removed" : "set")} {route.Destination}/{route.PrefixLength} via {route.Gateway}");
        }

        return seen;
    }

    public void Dispose() => _changes.Dispose();
}
