using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Cilium.Framework.Errors;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Dialects;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Messages;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Reading;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Watching;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Wire;
using Cilium.Framework.Rows;
using Google.Protobuf;
using Grpc.Core;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp;

/// <inheritdoc cref="IGoBgpApi" />
internal sealed class GoBgpApi(IGoBgpDialect dialect, GoBgpSettings settings, GoBgpFailures failures, TimeProvider time) : IGoBgpApi
{
    private readonly RouteReader _routes = new(dialect, failures);

    public IGoBgpDialect Dialect => dialect;

    public GoBgpSettings Settings => settings;

    public TimeProvider Time => time;

    public GoBgpFailures Failures => failures;

    public RouteReader Routes => _routes;

    public Task<BgpSpeaker?> GetSpeakerAsync(CancellationToken cancellationToken) => GetSpeakerAsync("who it is cannot be asked", cancellationToken);

    /// <param name="what">What cannot be done when it does not answer.</param>
    public Task<BgpSpeaker?> GetSpeakerAsync(string what, CancellationToken cancellationToken) => AskAsync<BgpSpeaker?>(
        what,
        settings.CallTimeout,
        async options =>
        {
            var speaker = (await dialect.GetSpeaker(options)).Speaker;
            return speaker is null or { Asn: 0 } ? null : new BgpSpeaker(speaker.Asn, TypedValues.Address(speaker.RouterId) ?? IPAddress.Any);
        },
        cancellationToken);

    public Task<IReadOnlyList<BgpNeighbour>> ListNeighboursAsync(CancellationToken cancellationToken) => AskAsync<IReadOnlyList<BgpNeighbour>>(
        "its neighbours cannot be listed",
        settings.ListTimeout,
        async options =>
        {
            var neighbours = new List<BgpNeighbour>();
            using var call = dialect.ListNeighbours(new() { EnableAdvertised = true }, options);
            while (await call.ResponseStream.MoveNext(options.CancellationToken))
            {
                if (NeighbourReader.Read(call.ResponseStream.Current.Neighbour) is { } neighbour)
                    neighbours.Add(neighbour);
            }

            return [.. neighbours.OrderBy(neighbour => IpPrefix.Host(neighbour.Address))];
        },
        cancellationToken);

    public Task<IReadOnlyList<BgpRoute>> ListRoutesAsync(AddressFamily family, CancellationToken cancellationToken) => AskAsync<IReadOnlyList<BgpRoute>>(
        $"its routes of {(family == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4")} cannot be listed",
        settings.ListTimeout,
        async options =>
        {
            var routes = new List<BgpRoute>();
            using var call = dialect.ListRoutes(new() { Table = dialect.GlobalTable, Family = BgpFamily.Of(family), OnlyBinary = true }, options);
            while (await call.ResponseStream.MoveNext(options.CancellationToken))
                routes.AddRange((call.ResponseStream.Current.Routes?.Paths ?? []).Select(path => _routes.Read(path, path.Best)).OfType<BgpRoute>());
            return [.. routes.OrderBy(route => route.Prefix).ThenByDescending(route => route.IsBest)];
        },
        cancellationToken);

    public Task AdvertiseAsync(IpPrefix prefix, IPAddress nextHop, CancellationToken cancellationToken)
    {
        var what = $"{prefix} cannot be advertised";
        if (nextHop.AddressFamily != prefix.Family)
            throw failures.Of(ErrorKind.Invalid, what, $"its next hop {nextHop} is of the other family. Accepted: an address of the prefix's family. Nothing was sent");
        return AskAsync(
            what, settings.CallTimeout, async options => await dialect.AddRoute(new() { Table = dialect.GlobalTable, Route = Own(prefix, nextHop) }, options), cancellationToken);
    }

    public Task WithdrawAsync(IpPrefix prefix, CancellationToken cancellationToken)
    {
        // GoBGP refuses a route without a next hop even here; whose it was is not compared.
        var route = Own(prefix, prefix.IsIPv6 ? IPAddress.IPv6Any : IPAddress.Any);
        route.Withdrawn = true;
        return AskAsync(
            $"{prefix} cannot be withdrawn",
            settings.CallTimeout,
            async options => await dialect.DeleteRoute(new() { Table = dialect.GlobalTable, Family = BgpFamily.Of(prefix.Family), Route = route }, options),
            cancellationToken);
    }

    public async IAsyncEnumerable<BgpEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var watch = await GoBgpWatch.OpenAsync(this, cancellationToken);
        foreach (var known in watch.Initial)
            yield return known;
        yield return new BgpEvent.InitialDone();
        await foreach (var change in watch.Changes.ReadAllAsync(cancellationToken))
            yield return change;
    }

    /// <summary>Carries out one call.</summary>
    /// <param name="what">What cannot be done when it fails.</param>
    /// <exception cref="CiliumException">It failed.</exception>
    public async Task<T> AskAsync<T>(string what, TimeSpan within, Func<CallOptions, Task<T>> send, CancellationToken cancellationToken)
    {
        try
        {
            return await send(new CallOptions(deadline: time.GetUtcNow().UtcDateTime + within, cancellationToken: cancellationToken));
        }
        catch (Exception error) when (GoBgpFailures.IsFailure(error))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw failures.Of(what, error, within);
        }
    }

    private static RouteMessage Own(IpPrefix prefix, IPAddress nextHop) => new()
    {
        Family = BgpFamily.Of(prefix.Family),
        NlriBinary = ByteString.CopyFrom(NlriCodec.Encode(prefix)),
        AttributesBinary = { AttributeCodec.Encode(prefix, nextHop).Append(AttributeCodec.Mark()).Select(attribute => ByteString.CopyFrom(attribute)) },
    };
}
