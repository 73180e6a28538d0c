using System.Net.Sockets;
using System.Threading.Channels;
using Cilium.Framework.Errors;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Messages;
using Grpc.Core;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp.Watching;

/// <summary>One stream of changes, and the lists of what there was when it began.</summary>
/// <remarks>
/// GoBGP can send the routes that there are itself, but does not say where they end. So the stream is opened without them; the end of the neighbours,
/// which it does mark, proves that changes are being collected; only then everything is listed. What changed meanwhile is in the list, in the stream or in
/// both: what the stream has brought when the lists are complete is worked into them, the rest is told after them.
/// </remarks>
internal sealed class GoBgpWatch : IAsyncDisposable
{
    /// <summary>Changes that may wait for their reader; beyond these the server's own memory holds them.</summary>
    private const int MostWaiting = 4096;

    private const string NotOpened = "it cannot be watched", Ended = "the watch ended";

    private readonly GoBgpApi _api;
    private readonly CancellationTokenSource _ended;
    private readonly AsyncServerStreamingCall<WatchReply> _call;
    private readonly WatchReader _reader;
    private readonly Channel<BgpEvent> _changes = Channel.CreateBounded<BgpEvent>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private Task _work = Task.CompletedTask;

    private GoBgpWatch(GoBgpApi api, CancellationToken cancellationToken)
    {
        _api = api;
        _reader = new(api.Routes);
        _ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _call = api.Dialect.Watch(
            new() { Neighbours = new(), Routes = new() { Filters = { new RouteFilter { Type = api.Dialect.BestRoutes } } } },
            new CallOptions(cancellationToken: _ended.Token));
    }

    /// <summary>What there was: neighbours, then routes by prefix.</summary>
    public IReadOnlyList<BgpEvent> Initial { get; private set; } = [];

    /// <summary>What changed since. Ends with a <see cref="CiliumException"/>.</summary>
    public ChannelReader<BgpEvent> Changes => _changes.Reader;

    /// <exception cref="CiliumException">It cannot be opened, or what there is cannot be listed.</exception>
    public static async Task<GoBgpWatch> OpenAsync(GoBgpApi api, CancellationToken cancellationToken)
    {
        var watch = new GoBgpWatch(api, cancellationToken);
        try
        {
            await watch.OpenAsync(cancellationToken);
            return watch;
        }
        catch
        {
            await watch.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _work;
        _call.Dispose();
        _ended.Dispose();
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        var speaker = await _api.GetSpeakerAsync(NotOpened, cancellationToken) ?? throw _api.Failures.Of(ErrorKind.Unavailable, NotOpened, "BGP is not started in it");
        await UntilCollectingAsync(cancellationToken);
        _work = Task.WhenAll(CollectAsync(), ProbeAsync(speaker));
        var known = new KnownState();
        known.Add(await _api.ListNeighboursAsync(cancellationToken));
        foreach (var family in (AddressFamily[])[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6])
            known.Add(await _api.ListRoutesAsync(family, cancellationToken));
        while (_changes.Reader.TryRead(out var change))
            known.Apply(change);
        Initial = known.Events();
    }

    private async Task UntilCollectingAsync(CancellationToken cancellationToken)
    {
        var within = _api.Settings.CallTimeout;
        _ended.CancelAfter(within);
        try
        {
            do
            {
                if (!await _call.ResponseStream.MoveNext(_ended.Token))
                    throw new RpcException(new Status(StatusCode.Unavailable, "the server ended the stream"));
            }
            while (!WatchReader.IsEndOfInitial(_call.ResponseStream.Current));
            _ended.CancelAfter(Timeout.InfiniteTimeSpan);
        }
        catch (Exception error) when (GoBgpFailures.IsFailure(error) || error is OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw _api.Failures.Of(NotOpened, _ended.IsCancellationRequested ? new RpcException(new Status(StatusCode.DeadlineExceeded, error.Message, error)) : error, within);
        }
    }

    private async Task CollectAsync()
    {
        Exception end;
        try
        {
            while (await _call.ResponseStream.MoveNext(_ended.Token))
            {
                foreach (var change in _reader.Read(_call.ResponseStream.Current))
                    await _changes.Writer.WriteAsync(change, _ended.Token);
            }

            end = _api.Failures.Of(ErrorKind.Unavailable, Ended, "the server ended the stream");
        }
        catch (Exception error)
        {
            end = GoBgpFailures.IsFailure(error) ? _api.Failures.Of(Ended, error, _api.Settings.CallTimeout) : error;
        }

        await EndAsync(end);
    }

    // A server that hangs, or in which BGP is started anew, ends no stream.
    private async Task ProbeAsync(BgpSpeaker speaker)
    {
        try
        {
            while (true)
            {
                // Nothing tells of a silence: it is asked for at intervals.
                await Task.Delay(_api.Settings.ProbeInterval, _api.Time, _ended.Token);
                var now = await _api.GetSpeakerAsync(Ended, _ended.Token);
                if (now == speaker)
                    continue;
                await EndAsync(_api.Failures.Of(ErrorKind.Unavailable, Ended, now is null ? "BGP was stopped in it" : $"BGP was started anew in it, as AS {now.As} router {now.RouterId}; it was AS {speaker.As} router {speaker.RouterId}"));
                return;
            }
        }
        catch (CiliumException error)
        {
            await EndAsync(error);
        }
        catch (OperationCanceledException)
        {
            // The stream has ended.
        }
    }

    private async Task EndAsync(Exception end)
    {
        _changes.Writer.TryComplete(end);
        await _ended.CancelAsync();
    }
}
