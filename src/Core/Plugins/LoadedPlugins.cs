using System.Diagnostics;
using System.Runtime.Loader;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Plugins;

/// <summary>The selected store, and what else a program has selected. Nothing is started; the caller starts them through <see cref="AskAsync"/>, and ends them by <see cref="EndAsync"/> before disposing this.</summary>
public partial class LoadedPlugins : IAsyncDisposable
{
    private readonly IReadOnlyDictionary<string, LoadedPlugin> _plugins;
    private readonly string _consequence;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;

    /// <param name="plugins">Those that were loaded, by kind.</param>
    /// <param name="consequence">What it means that one of them cannot be started.</param>
    /// <param name="patience">How long one step of a start may take.</param>
    /// <param name="time">The clock.</param>
    internal LoadedPlugins(IReadOnlyDictionary<string, LoadedPlugin> plugins, string consequence, TimeSpan patience, TimeProvider time) =>
        (_plugins, _consequence, _patience, _time) = (plugins, consequence, patience, time);

    /// <summary>The selected store.</summary>
    public required IKvstore Kvstore { get; init; }

    /// <summary>Every plugin of the plugins' directory, ordered by id.</summary>
    public required IReadOnlyList<PluginDescription> Descriptions { get; init; }

    /// <summary>What is ended, the last started first.</summary>
    private protected virtual IEnumerable<(string Kind, IAsyncDisposable Backend)> Backends => [("kvstore", Kvstore)];

    /// <summary>Asks a backend for something that the program cannot start without.</summary>
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
            throw new CiliumException(ErrorKind.Unavailable, $"{hangs.Id} {title}: {hangs.Text} {_consequence}");
        }
        catch (CiliumException error) when (error.Message.StartsWith("CF", StringComparison.Ordinal))
        {
            throw;
        }
        catch (Exception error) when (error is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            throw new CiliumException(
                (error as CiliumException)?.Kind ?? ErrorKind.Internal, $"CF1209 {title}: failed ({doing}). {PluginFailure.Text(error, kind)} {_consequence}", error);
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
        foreach (var (kind, backend) in Backends)
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
        GC.SuppressFinalize(this);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Plugin} {Problem}")]
    private static partial void DoesNotEnd(ILogger logger, string plugin, string problem);
}
