using System.Diagnostics;
using System.Runtime.Loader;
using Cilium.Framework.Datapath;
using Cilium.Framework.Errors;
using Cilium.Framework.Ipam;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Routing;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Plugins;

/// <summary>The selected backends. Nothing is started; the caller starts kvstore, ipam, routing, datapath in this order through <see cref="AskAsync"/>, and ends them by <see cref="EndAsync"/> before disposing this.</summary>
public sealed partial class PluginSet : IAsyncDisposable
{
    private readonly IReadOnlyDictionary<string, LoadedPlugin> _plugins;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;

    internal PluginSet(IReadOnlyDictionary<string, LoadedPlugin> plugins, TimeSpan patience, TimeProvider time) => (_plugins, _patience, _time) = (plugins, patience, time);

    /// <summary>The selected store.</summary>
    public required IKvstore Kvstore { get; init; }

    /// <summary>The selected address management.</summary>
    public required IIpam Ipam { get; init; }

    /// <summary>The selected routing backend.</summary>
    public required IRoutingBackend Routing { get; init; }

    /// <summary>The selected datapath.</summary>
    public required IDatapath Datapath { get; init; }

    /// <summary>Every plugin of the plugins' directory, ordered by id.</summary>
    public required IReadOnlyList<PluginDescription> Descriptions { get; init; }

    /// <summary>Asks a backend for something that the agent cannot start without.</summary>
    /// <param name="kind">Kind of the plugin: kvstore, ipam, routing, datapath.</param>
    /// <param name="doing">What it is asked for, such as <c>start</c>.</param>
    /// <param name="ask">Asks it. May block: it has a thread for itself.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="CiliumException">It failed or hangs; the text names the plugin, the cause and the cure. What has a number already says so itself.</exception>
    public async Task<TResult> AskAsync<TResult>(string kind, string doing, Func<CancellationToken, ValueTask<TResult>> ask, CancellationToken ct)
    {
        var title = _plugins[kind].Installed.Title;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            return await Task.Run(async () => await ask(stop.Token), CancellationToken.None).WaitAsync(_patience, _time, ct);
        }
        catch (TimeoutException)
        {
            await stop.CancelAsync();
            var hangs = PluginCall.Hangs(doing, _patience, kind);
            throw new CiliumException(ErrorKind.Unavailable, $"{hangs.Id} {title}: {hangs.Text} The agent did not start; what was realised before stays.");
        }
        catch (CiliumException error) when (error.Message.StartsWith("CF", StringComparison.Ordinal))
        {
            throw;
        }
        catch (Exception error) when (error is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            throw new CiliumException(
                (error as CiliumException)?.Kind ?? ErrorKind.Internal, $"CF1209 {title}: failed ({doing}). {PluginFailure.Text(error, kind)} The agent did not start; what was realised before stays.", error);
        }
    }

    /// <inheritdoc cref="AskAsync" />
    public Task StartAsync(string kind, Func<CancellationToken, ValueTask> start, CancellationToken ct) => AskAsync<object?>(
        kind,
        "start",
        async stop =>
        {
            await start(stop);
            return null;
        },
        ct);

    /// <inheritdoc cref="AskAsync" />
    public Task StartAsync(string kind, Action start, CancellationToken ct) => StartAsync(
        kind,
        _ =>
        {
            start();
            return ValueTask.CompletedTask;
        },
        ct);

    /// <summary>The plugin whose code an exception comes from; null: none's.</summary>
    /// <param name="error">The exception.</param>
    /// <returns>Its id and folder.</returns>
    public string? OwnerOf(Exception error)
    {
        var contexts = new StackTrace(error).GetFrames().Select(frame => frame.GetMethod()?.Module.Assembly).Select(assembly => assembly is null ? null : AssemblyLoadContext.GetLoadContext(assembly)).ToHashSet();
        return _plugins.Values.FirstOrDefault(plugin => plugin.Code is { } code && contexts.Contains(code))?.Installed.Title;
    }

    /// <summary>Ends the backends, the last started first. None holds up the others: what fails or hangs is logged.</summary>
    /// <param name="logger">Where.</param>
    public async Task EndAsync(ILogger logger)
    {
        foreach (var (kind, backend) in ((string, IAsyncDisposable)[])[("datapath", Datapath), ("routing", Routing), ("kvstore", Kvstore)])
        {
            if (await PluginCall.EndAsync(backend, _time) is { } problem)
                DoesNotEnd(logger, _plugins[kind].Installed.Title, problem);
        }
    }

    /// <summary>Disposes the plugins' containers, the last loaded first.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var plugin in _plugins.Values.Reverse())
            await PluginCall.EndAsync(plugin, _time);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Plugin} {Problem}")]
    private static partial void DoesNotEnd(ILogger logger, string plugin, string problem);
}
