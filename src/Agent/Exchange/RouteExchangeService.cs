using Cilium.Framework.Client.Models;
using Cilium.Framework.Errors;
using Cilium.Framework.Hosting;
using Cilium.Framework.Nodes;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routes;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent.Exchange;

/// <summary>The routing daemon beside this node as an operator sees it, and what it is asked to tell others. What the backend refuses is thrown as it says it.</summary>
/// <param name="exchange">The daemon; null: the selected routing speaks with none.</param>
/// <param name="routing">Name of the selected routing, for texts.</param>
/// <param name="requests">What was asked for.</param>
/// <param name="tables">The node's tables.</param>
/// <param name="self">This node.</param>
/// <param name="time">The clock.</param>
internal sealed class RouteExchangeService(IRouteExchange? exchange, string routing, AdvertisementRegistry requests, NodeTables tables, NodeKey self, TimeProvider time)
{
    /// <summary>A daemon on this machine answers within milliseconds; somebody waits at a terminal.</summary>
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(5);

    /// <summary>For a daemon that just starts: a row is tried again after 0.1, 0.2, 0.4 .. s.</summary>
    private static readonly TimeSpan DeedPatience = TimeSpan.FromSeconds(30);

    /// <summary>The daemon, and its peers when it answers.</summary>
    public async Task<BgpPeers> PeersAsync(CancellationToken ct)
    {
        var speaker = await WithinAsync(Daemon().DescribeAsync, ct);
        var peers = speaker.IsReachable ? await WithinAsync(Daemon().ListPeersAsync, ct) : [];
        return new BgpPeers { Speaker = new BgpSpeaker { Endpoint = speaker.Endpoint, Reachable = speaker.IsReachable, Detail = speaker.Detail }, Peers = [.. peers.Select(ToModel)] };
    }

    /// <summary>What the daemon knows.</summary>
    public async Task<IReadOnlyList<BgpRoute>> RoutesAsync(CancellationToken ct) => [.. (await WithinAsync(Daemon().ListRoutesAsync, ct)).Select(ToModel)];

    /// <summary>Asks the daemon to tell a prefix; answers when it agrees. A request is kept over restarts, and also when the daemon is away.</summary>
    /// <param name="text">The prefix.</param>
    /// <param name="isDefaultMeant">Who asks says that a default route is meant.</param>
    /// <param name="ct">Gives up waiting; the request is kept.</param>
    /// <exception cref="RefusedException">400, 409.</exception>
    /// <exception cref="CiliumException">The daemon refuses or is away; the request is kept.</exception>
    public async Task<BgpAdvertisement> AdvertiseAsync(string? text, bool isDefaultMeant, CancellationToken ct)
    {
        _ = Daemon();
        var prefix = PrefixText.Read(text);
        // Whose a range is must not be guessed.
        if (!tables.Nodes.IsInitialized)
            throw new CiliumException(ErrorKind.Unavailable, $"advertise {prefix}: not all nodes are known yet, so that the prefix may lie in the range of another one. Nothing was changed. Ask again; cilium status says what is awaited.");
        if (AdvertisementObjection.Of(prefix, self, tables.Nodes, isDefaultMeant) is { } objection)
            throw new RefusedException(400, $"advertise: {objection} Nothing was changed.");
        requests.Add(prefix);
        return await SettledAsync(prefix, ct) switch
        {
            { State: RowState.Done } => new BgpAdvertisement { Prefix = prefix.ToString(), Reason = AdvertisementRegistry.Reason },
            null => throw new RefusedException(409, $"advertise {prefix}: it was withdrawn meanwhile. Ask again."),
            var status => throw new CiliumException(ErrorKind.Unavailable, $"advertise {prefix}: {Why(status)} The request is kept: ask again to try at once, or take it back with cilium bgp withdraw {prefix}."),
        };
    }

    /// <summary>Takes a request back; answers when the daemon tells the prefix no more.</summary>
    /// <param name="text">The prefix.</param>
    /// <param name="ct">Gives up waiting; the request is forgotten all the same.</param>
    /// <exception cref="RefusedException">400, 404, 409.</exception>
    /// <exception cref="CiliumException">The daemon refuses or is away; it is asked until it agrees.</exception>
    public async Task<BgpAdvertisement> WithdrawAsync(string? text, CancellationToken ct)
    {
        _ = Daemon();
        var prefix = PrefixText.Read(text);
        if (!requests.Remove(prefix) && tables.Advertisements.Rows[prefix] is null)
            throw new RefusedException(404, $"withdraw {prefix}: nobody asked here to advertise it, and what others told the daemon is not withdrawn. See cilium db show advertisements. Nothing was changed.");
        return await SettledAsync(prefix, ct) switch
        {
            null => new BgpAdvertisement { Prefix = prefix.ToString(), Reason = AdvertisementRegistry.Reason },
            { State: RowState.Done } => throw new RefusedException(409, $"withdraw {prefix}: it was advertised again meanwhile. Ask again."),
            var status => throw new CiliumException(ErrorKind.Unavailable, $"withdraw {prefix}: {Why(status)} The request is forgotten, and the daemon is asked until it agrees."),
        };
    }

    private IRouteExchange Daemon() => exchange ?? throw new CiliumException(
        ErrorKind.Unsupported, $"bgp: the selected routing ({routing}) speaks with no routing daemon. Select one that does: routing.provider kube-router. Nothing was changed.");

    /// <returns>What became of the row, or how far it is when patience is over; null: it is gone.</returns>
    private async Task<RowStatus?> SettledAsync(IpPrefix prefix, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(DeedPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        try
        {
            return await tables.Advertisements.WaitSettledAsync(prefix, either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            return tables.Advertisements.Rows[prefix]?.Status;
        }
    }

    private static string Why(RowStatus status)
    {
        var text = status.State == RowState.Pending ? $"the daemon has not been told after {DeedPatience.TotalSeconds:0} s; {status.Text}".TrimEnd(' ', ';') : status.Text;
        return text.EndsWith('.') ? text : text + ".";
    }

    private async Task<T> WithinAsync<T>(Func<CancellationToken, ValueTask<T>> call, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(AnswerPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
        try
        {
            return await call(either.Token).AsTask().WaitAsync(either.Token);
        }
        catch (OperationCanceledException exception) when (deadline.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new CiliumException(ErrorKind.Unavailable, $"routing {routing}: the routing daemon did not answer within {AnswerPatience.TotalSeconds:0} s. Nothing was changed. See whether it runs, and ask again.", exception);
        }
    }

    private static BgpPeer ToModel(RoutePeerInfo peer) => new()
    {
        Address = peer.Address.ToString(), Asn = peer.Asn, State = peer.State, Since = peer.Since, Received = peer.Received, Accepted = peer.Accepted, Advertised = peer.Advertised,
    };

    private static BgpRoute ToModel(ExchangedRouteInfo route) =>
        new() { Prefix = route.Prefix.ToString(), NextHop = route.NextHop.ToString(), From = route.From?.ToString(), AsPath = route.AsPath, Best = route.IsBest };
}
