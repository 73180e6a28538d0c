using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.Demo;

/// <summary>A gobgpd on every node, each the neighbour of all others within one AS, and beside it what stands in for kube-router.</summary>
/// <param name="folder">For configurations, logs and sockets.</param>
/// <param name="count">How many nodes there will be, the first at place 1.</param>
internal sealed class BgpMesh(string folder, int count) : IAsyncDisposable
{
    /// <summary>kube-router's default.</summary>
    private const uint As = 64512;

    private readonly string _program = GoBgpdProgram.Find(4) ?? GoBgpdProgram.Find(3)
        ?? throw new LabException($"There is no gobgpd for the demo of kube-router: {GoBgpdProgram.WhyMissing(3) ?? "eng/bgp.sh fetches it."}");

    private readonly ConcurrentDictionary<LabPlace, GoBgpd> _speakers = new();
    private readonly ConcurrentBag<KubeRouterStandIn> _routers = [];

    /// <summary>Starts both on a node, and tells its ranges.</summary>
    public async Task StartAsync(LabNetwork network, CancellationToken ct)
    {
        var place = network.Place;
        var others = Enumerable.Range(1, count).Select(LabPlace.Of).Where(other => other != place);
        var settings = new GoBgpdSettings(_program, folder)
        {
            Name = $"gobgpd-{place.IPv4}", Namespace = network.Node, As = As, RouterId = place.IPv4, Neighbours = [.. others.Select(other => new GoBgpdNeighbour(other.IPv4, As))],
        };
        _speakers[place] = await GoBgpd.StartAsync(settings, ct);
        _routers.Add(KubeRouterStandIn.Start(settings));
        await TellAsync(place, place.PodIPv4, ct);
        await TellAsync(place, place.PodIPv6, ct);
    }

    /// <summary>A node tells its peers a range.</summary>
    public Task TellAsync(LabPlace node, IPNetwork range, CancellationToken ct) =>
        _speakers[node].CommandAsync(ct, "global", "rib", "add", "-a", Family(range), range.ToString(), "nexthop", (Family(range) == "ipv6" ? node.IPv6 : node.IPv4).ToString());

    /// <summary>A node takes that back.</summary>
    public Task WithdrawAsync(LabPlace node, IPNetwork range, CancellationToken ct) => _speakers[node].CommandAsync(ct, "global", "rib", "del", "-a", Family(range), range.ToString());

    public async ValueTask DisposeAsync()
    {
        foreach (var router in _routers)
            await router.DisposeAsync();
        foreach (var speaker in _speakers.Values)
            speaker.Dispose();
    }

    private static string Family(IPNetwork range) => range.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6 ? "ipv6" : "ipv4";
}
