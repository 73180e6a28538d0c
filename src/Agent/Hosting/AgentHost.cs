using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using Cilium.Framework.Agent.Api;
using Cilium.Framework.Agent.Commands;
using Cilium.Framework.Agent.Privileges;
using Cilium.Framework.Agent.Service;
using Cilium.Framework.Configuration;
using Cilium.Framework.Health;
using Cilium.Framework.Plugins;
using Cilium.Framework.State;

namespace Cilium.Framework.Agent.Hosting;

/// <summary>The composition root: settings -> plugins -> tables and loops -> API. Stops in the reverse order; what is realised stays.</summary>
internal sealed class AgentHost : IAsyncDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The socket in it is for a group; everything else in it is for the owner only.</summary>
    private const UnixFileMode OthersMayLook = UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly Stack<Func<ValueTask>> _stop = new();

    private AgentHost()
    {
    }

    /// <summary>Starts everything; what was started is stopped again when something fails.</summary>
    /// <param name="configuration">Valid settings.</param>
    /// <param name="notify">Who is told when the agent is ready.</param>
    /// <param name="kept">A warning about capabilities that could not be given up; null: none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Errors.CiliumException">The agent cannot run; the text says why and what to do.</exception>
    public static async Task<AgentHost> StartAsync(LoadedConfiguration configuration, NotifySocket notify, string? kept, TimeProvider time, CancellationToken ct)
    {
        var host = new AgentHost();
        try
        {
            await host.BuildAsync(configuration, notify, kept, time, ct);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_stop.TryPop(out var stop))
        {
            try
            {
                await stop();
            }
            catch (Exception exception)
            {
                // What was started before it is ended all the same. The log may be what has just been closed.
                await Console.Error.WriteLineAsync($"cilium-agent: while stopping: {exception}");
            }
        }
    }

    private async Task BuildAsync(LoadedConfiguration configuration, NotifySocket notify, string? kept, TimeProvider time, CancellationToken ct)
    {
        var options = configuration.Options;
        var logLevel = new LogSwitch(options.LogLevel);
        var loggers = Own(ServiceLog.Create(logLevel));
        var state = Own(StateDirectory.Open(options.StateDirectory));
        // One that exists may have been made by somebody with other ideas.
        File.SetUnixFileMode(options.StateDirectory, OwnerOnly);
        Directory.CreateDirectory(options.RunDirectory, OwnerOnly | OthersMayLook);
        var health = new HealthTree(time);
        var plugins = OwnAsync(await new PluginHost(configuration, time, loggers, Own(new Meter("cilium")), health).LoadAsync(ct));
        Own(new LastWords(CommandLine.Program, plugins));

        var node = OwnAsync(await NodeRuntime.StartAsync(options, plugins, state, health, loggers, time, ct));

        var live = new LiveConfiguration(configuration.ReadAgain, configuration, changed => Apply(changed, logLevel, node), health.Scope("configuration"), loggers.CreateLogger<LiveConfiguration>());
        var words = new ServiceStatus(node, health);
        Own(PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            notify.Reloading();
            live.Reload();
            notify.Ready(words.Line());
        }));

        EffectiveSettings.Write(configuration);
        SocketFile.Prepare(options.ApiSocket);
        var stopping = Own(new CancellationTokenSource());
        var server = OwnAsync(ApiServer.Create(options.ApiSocket, ApiComposition.Create(live, plugins, node, health, time, stopping.Token), loggers));
        await server.StartAsync(ct);
        _stop.Push(() => new ValueTask(stopping.CancelAsync()));
        var logger = loggers.CreateLogger<AgentHost>();
        foreach (var warning in new[] { kept, SocketFile.Protect(options.ApiSocket) }.OfType<string>())
            Warn(warning, node, logger);

        if (options.PluginsDevelopment)
            node.Warnings.Add("plugins.development is true: plugins are loaded whoever else can write their files.");
        AgentLog.Started(logger, options.NodeName, options.ApiSocket);
        if (SystemCallFilter.Install() is { } unfiltered)
            Warn(unfiltered, node, logger);
        notify.Ready(words.Line());
        Beat(notify, node, words, time, logger);
    }

    /// <summary>What may change while the agent runs.</summary>
    private static void Apply(AgentOptions changed, LogSwitch logLevel, NodeRuntime node)
    {
        logLevel.Level = changed.LogLevel;
        node.Apply(changed);
    }

    private static void Warn(string warning, NodeRuntime node, ILogger logger)
    {
        AgentLog.Warning(logger, warning);
        node.Warnings.Add(warning);
    }

    private void Beat(NotifySocket notify, NodeRuntime node, ServiceStatus words, TimeProvider time, ILogger logger)
    {
        var stop = new CancellationTokenSource();
        var beating = new Heartbeat(notify, Heartbeat.LimitHere, node.Liveness.Problem, words.Line, time, logger).RunAsync(stop.Token);
        _stop.Push(async () =>
        {
            await stop.CancelAsync();
            await beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            stop.Dispose();
        });
    }

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _stop.Push(() =>
        {
            owned.Dispose();
            return ValueTask.CompletedTask;
        });
        return owned;
    }

    private T OwnAsync<T>(T owned)
        where T : IAsyncDisposable
    {
        _stop.Push(owned.DisposeAsync);
        return owned;
    }
}
