using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>What kube-router would be on a node: a GoBGP that tells its peers the node's ranges, and what puts theirs into the kernel.</summary>
internal sealed class KubeRouterNode : IAsyncDisposable
{
    /// <summary>AS of all nodes, kube-router's default.</summary>
    public const uint As = 64512;

    private readonly GoBgpdSettings _settings;
    private KubeRouterStandIn? _routes;

    private KubeRouterNode(LabPlace place, GoBgpd speaker, GoBgpdSettings settings) => (Place, Speaker, _settings, _routes) = (place, speaker, settings, KubeRouterStandIn.Start(settings));

    public LabPlace Place { get; }

    public GoBgpd Speaker { get; }

    /// <summary>Starts it beside the agent and announces the node's ranges.</summary>
    public static async Task<KubeRouterNode> StartAsync(LabNetwork network, string program, string folder, IReadOnlyList<GoBgpdNeighbour> neighbours, CancellationToken ct)
    {
        var settings = new GoBgpdSettings(program, folder) { Name = $"gobgpd-{network.Place.IPv4}", Namespace = network.Node, As = As, RouterId = network.Place.IPv4, Neighbours = neighbours };
        var node = new KubeRouterNode(network.Place, await GoBgpd.StartAsync(settings, ct), settings);
        try
        {
            await node.AnnounceAsync(ct);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts what was ended, and announces the node's ranges, as kube-router does.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        if (!Speaker.IsRunning)
            await Speaker.StartAsync(ct);
        _routes ??= KubeRouterStandIn.Start(_settings);
        await AnnounceAsync(ct);
    }

    /// <summary>What is told becomes no route any more. Those that there are stay.</summary>
    public async Task StopRoutesAsync()
    {
        if (_routes is { } routes)
            await routes.DisposeAsync();
        _routes = null;
    }

    /// <summary>Tells the node's ranges; nothing changes when they are told.</summary>
    public async Task AnnounceAsync(CancellationToken ct)
    {
        await AnnounceAsync(Place.PodIPv4, Place.IPv4, ct);
        await AnnounceAsync(Place.PodIPv6, Place.IPv6, ct);
    }

    /// <summary>Tells a range no more.</summary>
    public Task WithdrawAsync(IPNetwork range, CancellationToken ct) => Speaker.CommandAsync(ct, "global", "rib", "del", "-a", Family(range), range.ToString());

    public async ValueTask DisposeAsync()
    {
        Speaker.Dispose();
        await StopRoutesAsync();
    }

    private Task AnnounceAsync(IPNetwork range, IPAddress nextHop, CancellationToken ct) =>
        Speaker.CommandAsync(ct, "global", "rib", "add", "-a", Family(range), range.ToString(), "nexthop", nextHop.ToString());

    private static string Family(IPNetwork range) => range.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6 ? "ipv6" : "ipv4";
}
