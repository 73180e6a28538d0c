using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Tests.Nodes;

/// <summary>The backend on one machine, and that machine's kernel.</summary>
internal sealed class RoutingNode : IAsyncDisposable
{
    public const string HostDevice = "host0";

    private readonly NetworkNamespace _machine;
    private readonly RouteNetlink _netlink;
    private bool _isDisposed;

    private RoutingNode(NetworkNamespace machine, RouteNetlink netlink, KubeRouterRouting routing, FakeContext context) => (_machine, _netlink, Routing, Context) = (machine, netlink, routing, context);

    public KubeRouterRouting Routing { get; }

    public FakeContext Context { get; }

    public RouteNetlink Netlink => _netlink;

    /// <param name="machine">Where; gets a host device the first time.</param>
    /// <param name="socket">Of the GoBGP there.</param>
    /// <param name="change">Changes the settings.</param>
    public static async Task<RoutingNode> StartAsync(NetworkNamespace machine, string socket, Func<KubeRouterSettings, KubeRouterSettings>? change = null)
    {
        var settings = new KubeRouterSettings("routing:kube-router")
        {
            GoBgp = new(GoBgpAddress.Parse($"unix://{socket}")) { CallTimeout = Lab.Patience.Of(TimeSpan.FromSeconds(10)), ProbeInterval = TimeSpan.FromMilliseconds(500) },
        };
        var context = new FakeContext();
        var netlink = RouteNetlink.Open(machine);
        if (netlink.FindLink(HostDevice) is null)
        {
            netlink.CreateVeth(new VethPair { Name = HostDevice, PeerName = "host0p" });
            foreach (var name in (string[])[HostDevice, "host0p"])
                netlink.SetUp(netlink.FindLink(name)!.Index);
        }

        var node = new RoutingNode(machine, netlink, new(change?.Invoke(settings) ?? settings, context, () => RouteNetlink.Open(machine)), context);
        await node.Routing.InitializeAsync(Stop);
        return node;
    }

    /// <summary>What is told to others, and by whom.</summary>
    public IRouteExchange Exchange => Routing.Exchange!;

    /// <summary>Notes every change of our routes from now on.</summary>
    public RouteLog Follow() => new(_machine);

    /// <summary>A range of this node.</summary>
    public static NodeRouteRow Own(string range) => new(IpPrefix.Parse(range), "node1", null, HostDevice, null, 1450);

    /// <summary>A range of another.</summary>
    public static NodeRouteRow Remote(string range, IPAddress nextHop) => new(IpPrefix.Parse(range), "node2", nextHop, null, null, 1450);

    public Task<string> UpsertAsync(NodeRouteRow row) => ApplyAsync(Routing.NodeRoutes, ReconcileAction.Upsert, row);

    public Task<string> DeleteAsync(NodeRouteRow row) => ApplyAsync(Routing.NodeRoutes, ReconcileAction.Delete, row);

    public Task<string> AdvertiseAsync(string prefix) => ApplyAsync(Exchange.Advertisements, ReconcileAction.Upsert, Advertisement(prefix));

    public Task<string> WithdrawAsync(string prefix) => ApplyAsync(Exchange.Advertisements, ReconcileAction.Delete, Advertisement(prefix));

    public static AdvertisementRow Advertisement(string prefix) => new(IpPrefix.Parse(prefix), "on request");

    /// <summary>Applies until it is done, as the reconciler does.</summary>
    public Task UntilDoneAsync(NodeRouteRow row) => UntilAsync(row, outcome => outcome == "done");

    /// <summary>Applies until the outcome is the wanted one, as the reconciler does.</summary>
    public async Task UntilAsync(NodeRouteRow row, Func<string, bool> isWanted)
    {
        var last = "";
        await Eventually.TrueAsync(async () => isWanted(last = await UpsertAsync(row)), () => $"the wanted outcome of {row.PodCidr}; the last was: {last}; health: {Context.Health}", seconds: 60);
    }

    public Task UntilHealthAsync(string part) =>
        Eventually.TrueAsync(() => Task.FromResult(Context.Health.Contains(part, StringComparison.Ordinal)), () => $"health with \"{part}\"; it is: {Context.Health}", seconds: 60);

    public IReadOnlyList<Route> Routes(byte protocol = FakeContext.Protocol) =>
        [.. _netlink.ListRoutes(AddressFamily.InterNetwork).Concat(_netlink.ListRoutes(AddressFamily.InterNetworkV6)).Where(route => route.Protocol == protocol)];

    /// <summary>Own routes as <c>10.0.0.0/24 via 192.0.2.1</c>.</summary>
    public IReadOnlyList<string> Own() => [.. Routes().Select(route => $"{route.Destination}/{route.PrefixLength} via {route.Gateway?.ToString() ?? HostDevice}")];

    /// <summary>A route that somebody else makes, such as kube-router.</summary>
    public void AddForeign(string prefix, IPAddress via, byte protocol = 17) => _netlink.AddRoute(Foreign(prefix, via, protocol));

    public void DeleteForeign(string prefix, IPAddress via, byte protocol = 17) => _netlink.DeleteRoute(Foreign(prefix, via, protocol));

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        await Routing.DisposeAsync();
        _netlink.Dispose();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Route Foreign(string prefix, IPAddress via, byte protocol)
    {
        var to = IpPrefix.Parse(prefix);
        return new() { Destination = to.Address, PrefixLength = to.Length, Family = to.Family, Gateway = via, Protocol = protocol };
    }

    private static async Task<string> ApplyAsync<TRow>(IReconcileTarget<TRow> target, ReconcileAction action, TRow row)
        where TRow : class
    {
        var outcome = Assert.Single(await target.ApplyAsync(new([new(action, row, null)]), Stop));
        return outcome.IsDone ? "done" : $"{outcome.Kind}: {outcome.Error}";
    }
}
