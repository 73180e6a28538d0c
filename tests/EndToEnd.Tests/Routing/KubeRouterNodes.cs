using System.Net;
using System.Net.Sockets;
using Cilium.Framework.EndToEnd.Tests.Stores;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Servers;
using Cilium.Framework.Netlink;
using Cilium.Framework.Routing.KubeRouter.Tests.Servers;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>Three nodes with a GoBGP each, all neighbours of each other; a router of another make and AS outside that is a neighbour of each, and a client behind it.</summary>
public sealed class KubeRouterNodes : RoutedNodes
{
    private const uint RouterAs = 65000;

    /// <summary>Of node1..node3, by index.</summary>
    private readonly KubeRouterNode?[] _speakers = new KubeRouterNode?[Count];

    private LabMachine? _router, _client;
    private Bird? _bird;

    /// <summary>What the router outside tells the nodes: the networks of the client.</summary>
    public static IReadOnlyList<IPNetwork> Outside { get; } = [IPNetwork.Parse("10.30.0.0/24"), IPNetwork.Parse("fd00:30::/64")];

    /// <summary>The machine of the router outside.</summary>
    public LabMachine Router => _router ?? throw new InvalidOperationException("The cluster was not built.");

    /// <summary>A machine that only the router outside knows.</summary>
    public LabMachine Client => _client ?? throw new InvalidOperationException("The cluster was not built.");

    /// <summary>The router outside.</summary>
    public Bird Bird => _bird ?? throw new InvalidOperationException("The cluster was not built.");

    protected override IReadOnlyList<string> Routing => ["profile=kube-router", $"routing.kube-router.asn={KubeRouterNode.As}"];

    private static string Program => GoBgpdProgram.Find(3) ?? RequireBgp.GoBgpd(4);

    /// <summary>What runs beside the agent of a node.</summary>
    /// <param name="node">0-based.</param>
    internal KubeRouterNode Speaker(int node) => _speakers[node] ?? throw new InvalidOperationException("The cluster was not built.");

    /// <summary>The routes that the stand-in for kube-router made on a node, in an order of their own.</summary>
    /// <param name="node">0-based.</param>
    public IReadOnlyList<Route> RoutesOf(int node) =>
        [.. AllRoutesOf(node).Where(route => route.Protocol == KubeRouterStandIn.Protocol).OrderBy(route => $"{route.Destination}/{route.PrefixLength}", StringComparer.Ordinal)];

    /// <summary>All routes of a node.</summary>
    /// <param name="node">0-based.</param>
    public IReadOnlyList<Route> AllRoutesOf(int node)
    {
        using var netlink = RouteNetlink.Open(Nodes[node].Network.Node);
        return [.. netlink.ListRoutes(AddressFamily.InterNetwork), .. netlink.ListRoutes(AddressFamily.InterNetworkV6)];
    }

    public override async Task HealAsync(CancellationToken ct)
    {
        foreach (var speaker in _speakers.OfType<KubeRouterNode>())
            await speaker.RunAsync(ct);
        await base.HealAsync(ct);
        await AllAreRoutedAsync();
    }

    /// <summary>Waits until every node's rows are realised: each has the routes to the others' ranges.</summary>
    public async Task AllAreRoutedAsync()
    {
        for (var node = 0; node < Count; node++)
        {
            IReadOnlyList<IReadOnlyList<string>> rows = [];
            await Eventually.TrueAsync(
                async () =>
                {
                    rows = (await Nodes[node].Agent.Client.GetTableAsync("node-routes", TestContext.Current.CancellationToken)).Rows;
                    return rows.Count == 2 * Count && rows.All(row => row.Contains("Done")) && RoutesOf(node).Count == (2 * (Count - 1)) + Outside.Count;
                },
                () => $"node{node + 1} has a route to every range; its rows:\n{string.Join('\n', rows.Select(row => string.Join(' ', row)))}\nkube-router's routes:\n{string.Join('\n', RoutesOf(node).Select(route => $"{route.Destination}/{route.PrefixLength} via {route.Gateway}"))}",
                seconds: 30);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            // Each, also when one says that its routes could not be followed.
            await Task.WhenAll(_speakers.OfType<KubeRouterNode>().Select(speaker => speaker.DisposeAsync().AsTask()));
        }
        finally
        {
            _bird?.Dispose();
            await base.DisposeAsync();
        }
    }

    protected override void RequireServers()
    {
        base.RequireServers();
        Testing.Require.Tool("ip");
        _ = (Program, RequireBgp.Bird());
    }

    protected override async Task<StoreServers> StartServersAsync(LabCluster lab, string folder, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(lab);
        _router = lab.AddMachine("router");
        _client = lab.AddMachine("outside", LabRouter.On(_router.Namespace, new LabCabling()), IPAddress.Parse("10.30.0.10"), IPAddress.Parse("fd00:30::10"));
        var places = Enumerable.Range(1, Count).Select(LabPlace.Of).ToArray();
        _bird = await Bird.StartAsync(
            new(RequireBgp.Bird(), Directory.CreateDirectory(Path.Combine(folder, "bird")).FullName, _router.Namespace)
            {
                As = RouterAs, RouterId = _router.IPv4, Originates = Outside,
                Neighbours = [.. places.SelectMany(place => (BirdNeighbour[])[new(place.IPv4, KubeRouterNode.As), new(place.IPv6, KubeRouterNode.As)])],
            },
            ct);
        return await base.StartServersAsync(lab, folder, ct);
    }

    protected override async Task StartBesideAgentAsync(LabNetwork node, string folder, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(node);
        var others = Enumerable.Range(1, Count).Select(LabPlace.Of).Where(place => !place.IPv4.Equals(node.Place.IPv4));
        IReadOnlyList<GoBgpdNeighbour> neighbours = [.. others.Select(place => new GoBgpdNeighbour(place.IPv4, KubeRouterNode.As)), new(Router.IPv4, RouterAs), new(Router.IPv6, RouterAs)];
        // Its number is the last part of its address, from 11 on.
        _speakers[node.Place.IPv4.GetAddressBytes()[3] - LabPlace.Of(1).IPv4.GetAddressBytes()[3]] = await KubeRouterNode.StartAsync(node, Program, folder, neighbours, ct);
    }
}
