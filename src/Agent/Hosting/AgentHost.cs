using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using Cilium.Framework.Agent.Api;
using Cilium.Framework.Configuration;
using Cilium.Framework.Health;
using Cilium.Framework.Plugins;
using Cilium.Framework.State;

namespace Cilium.Framework.Agent.Hosting;

/// <summary>The composition root: settings -> plugins -> tables and loops -> API. Stops in the reverse order; what is realised stays.</summary>
internal sealed class AgentHost : IAsyncDisposable
{
    private readonly Stack<Func<ValueTask>> _stop = new();

    private AgentHost()
    {
    }

    /// <summary>Starts everything; what was started is stopped again when something fails.</summary>
    /// <param name="configuration">Valid settings.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Errors.CiliumException">The agent cannot run; the text says why and what to do.</exception>
    public static async Task<AgentHost> StartAsync(LoadedConfiguration configuration, TimeProvider time, CancellationToken ct)
    {
        var host = new AgentHost();
        try
        {
            await host.BuildAsync(configuration, time, ct);
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

    private async Task BuildAsync(LoadedConfiguration configuration, TimeProvider time, CancellationToken ct)
    {
        var options = configuration.Options;
        var logLevel = new LogSwitch(options.LogLevel);
        var loggers = Own(AgentLogging.Create(logLevel));
        var state = Own(StateDirectory.Open(options.StateDirectory));
        Directory.CreateDirectory(options.RunDirectory);
        var health = new HealthTree(time);
        var plugins = OwnAsync(await new PluginHost(configuration, time, loggers, Own(new Meter("cilium")), health).LoadAsync(ct));
        Own(new LastWords(plugins));

        var node = OwnAsync(await NodeRuntime.StartAsync(options, plugins, state, health, loggers, time, ct));

        var live = new LiveConfiguration(configuration.ReadAgain, configuration, changed => Apply(changed, logLevel, node), health.Scope("configuration"), loggers.CreateLogger<LiveConfiguration>());
        Own(PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            live.Reload();
        }));

        EffectiveSettings.Write(configuration);
        SocketFile.Prepare(options.ApiSocket);
        var stopping = Own(new CancellationTokenSource());
        var server = OwnAsync(ApiServer.Create(options.ApiSocket, ApiComposition.Create(live, plugins, node, health, time, stopping.Token), loggers));
        await server.StartAsync(ct);
        _stop.Push(() => new ValueTask(stopping.CancelAsync()));
        var logger = loggers.CreateLogger<AgentHost>();
        if (SocketFile.Protect(options.ApiSocket) is { } warning)
        {
            AgentLog.SocketForRootOnly(logger, warning);
            node.Warnings.Add(warning);
        }

        if (options.PluginsDevelopment)
            node.Warnings.Add("plugins.development is true: plugins are loaded whoever else can write their files.");
        AgentLog.Started(logger, options.NodeName, options.ApiSocket);
    }

    /// <summary>What may change while the agent runs.</summary>
    private static void Apply(AgentOptions changed, LogSwitch logLevel, NodeRuntime node)
    {
        logLevel.Level = changed.LogLevel;
        node.Apply(changed);
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
