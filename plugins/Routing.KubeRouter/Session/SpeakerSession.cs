using Cilium.Framework.Errors;
using Cilium.Framework.Health;
using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Routing.KubeRouter.Routes;
using Cilium.Framework.Rows;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Routing.KubeRouter.Session;

/// <summary>Follows the GoBGP for as long as the agent runs, whether it is there or not, and opens the one connection that all use.</summary>
internal sealed class SpeakerSession : IAsyncDisposable
{
    /// <summary>Between two attempts; doubled after each that fails, up to the second.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500), LongestPause = TimeSpan.FromSeconds(15);

    private readonly KubeRouterSettings _settings;
    private readonly TimeProvider _time;
    private readonly IHealthReporter _health;
    private readonly ILogger _logger;
    private readonly SpeakerConnection _connection;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _firstAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlyList<ISpeakerFollower> _followers = [];
    private Task _run = Task.CompletedTask;

    public SpeakerSession(KubeRouterSettings settings, TimeProvider time, IHealthReporter health, ILogger logger)
    {
        (_settings, _time, _health, _logger) = (settings, time, health, logger);
        _connection = new(settings.GoBgp, time);
        View = new($"gobgp {settings.GoBgp.Address}: it has not answered yet.");
    }

    /// <summary>What it has told.</summary>
    public SpeakerView View { get; }

    /// <summary>Begins to follow it.</summary>
    /// <param name="followers">Told in this order.</param>
    public void Start(IReadOnlyList<ISpeakerFollower> followers)
    {
        _followers = followers;
        _run = Task.Run(() => RunAsync(_stop.Token), CancellationToken.None);
    }

    /// <summary>Waits until the first attempt to follow it has succeeded or failed, but no longer than one call may take.</summary>
    public async ValueTask FirstAnswerAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _firstAnswer.Task.WaitAsync(_settings.GoBgp.CallTimeout, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The view says so.
        }
    }

    /// <summary>Opens the connection if there is none.</summary>
    /// <exception cref="CiliumException">Nobody is there, or somebody who cannot be spoken with.</exception>
    public ValueTask<GoBgpConnection> ConnectAsync(CancellationToken cancellationToken) => _connection.GetAsync(cancellationToken);

    /// <summary>Makes sure that BGP is started, in the AS that the settings name.</summary>
    /// <exception cref="CiliumException">It is not, or it does not answer.</exception>
    public async Task<BgpSpeaker> ExpectedSpeakerAsync(IGoBgpApi api, CancellationToken cancellationToken)
    {
        var speaker = await api.GetSpeakerAsync(cancellationToken)
            ?? throw new CiliumException(ErrorKind.Unavailable, $"gobgp {_settings.GoBgp.Address}: BGP is not started in it. kube-router starts it when it knows its node: look in its log.");
        return _settings.Asn is { } expected && expected != speaker.As
            ? throw new CiliumException(ErrorKind.Unavailable, $"gobgp {_settings.GoBgp.Address}: it is of AS {speaker.As}, but {_settings.Path}:asn says {expected}. Nothing is learnt from it and nothing advertised through it; correct one of the two.")
            : speaker;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _connection.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (true)
        {
            var hasFollowed = false;
            try
            {
                await FollowAsync(() => hasFollowed = true, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                Lost(error);
            }

            try
            {
                // What is not there cannot be waited on.
                pause = hasFollowed ? FirstPause : pause;
                await Task.Delay(pause, _time, cancellationToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task FollowAsync(Action followed, CancellationToken cancellationToken)
    {
        var connection = await _connection.RenewAsync(cancellationToken);
        var speaker = await ExpectedSpeakerAsync(connection.Api, cancellationToken);
        List<BgpEvent>? initial = [];
        await foreach (var told in connection.Api.WatchAsync(cancellationToken))
        {
            if (told is BgpEvent.InitialDone)
            {
                View.Replace(speaker, initial!);
                initial = null;
                followed();
                KubeRouterLog.Connected(_logger, _settings.GoBgp.Address.Text, (int)connection.Version, speaker.As, speaker.RouterId.ToString());
                foreach (var follower in _followers)
                    await follower.SyncedAsync(connection.Api, cancellationToken);
                _firstAnswer.TrySetResult();
            }
            else if (initial is not null)
            {
                initial.Add(told);
                continue;
            }
            else
            {
                View.Apply(told);
                if (PrefixOf(told) is { } prefix)
                {
                    foreach (var follower in _followers)
                        await follower.ChangedAsync(connection.Api, prefix, cancellationToken);
                }
            }

            Report(connection.Version, speaker);
        }
    }

    private void Lost(Exception error)
    {
        var cause = error is CiliumException ? error.Message : $"gobgp {_settings.GoBgp.Address}: following it failed: {error.Message}.";
        if (View.Failure != cause)
        {
            if (error is CiliumException)
                KubeRouterLog.Lost(_logger, cause);
            else
                KubeRouterLog.Failed(_logger, _settings.GoBgp.Address.Text, error);
        }

        View.Lose(cause);
        foreach (var follower in _followers)
            follower.Lost();
        _health.Degraded($"{cause} Routes that the kernel has stay; it is tried again by itself.");
        _firstAnswer.TrySetResult();
    }

    private void Report(GoBgpVersion version, BgpSpeaker speaker)
    {
        var peers = View.Neighbours;
        var down = peers.Where(peer => peer.State != BgpSessionState.Established).ToList();
        var text = $"gobgp {_settings.GoBgp.Address}: GoBGP {(int)version}, AS {speaker.As}, router {speaker.RouterId}; {peers.Count - down.Count} of {peers.Count} peers established";
        if (_followers.Select(follower => follower.Problem).FirstOrDefault(problem => problem is not null) is { } problem)
            _health.Degraded($"{text}. {problem}");
        else if (down.Count == 0)
            _health.Ok(text);
        else if (down.Count == peers.Count)
            _health.Degraded($"{text}. Nothing is learnt, and nothing that is advertised arrives: {MissingRoute.Names(down)}.");
        else
            // Whether anything misses the others, the rows of what is behind them say.
            _health.Ok($"{text}; the others: {MissingRoute.Names(down)}");
    }

    private static IpPrefix? PrefixOf(BgpEvent told) => told switch
    {
        BgpEvent.RouteChosen chosen => chosen.Route.Prefix,
        BgpEvent.RouteGone gone => gone.Prefix,
        _ => null,
    };
}
