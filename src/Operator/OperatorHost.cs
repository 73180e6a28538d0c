using System.Diagnostics.Metrics;
using Cilium.Framework.Configuration;
using Cilium.Framework.Errors;
using Cilium.Framework.Health;
using Cilium.Framework.Hosting;
using Cilium.Framework.Jobs;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Nodes;
using Cilium.Framework.Plugins;

namespace Cilium.Framework.Operator;

/// <summary>The composition root: settings -> store -> operator modules. Keeps nothing: whatever it has to remember is in the store.</summary>
internal sealed partial class OperatorHost : IAsyncDisposable
{
    private readonly AgentOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly HealthTree _health;
    private readonly JobRunner _jobs;
    private readonly Meter _meter = new("cilium-operator");
    private LoadedPlugins? _plugins;
    private LastWords? _lastWords;

    private OperatorHost(AgentOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        (_options, _loggers, _time, _health) = (options, loggers, time, new HealthTree(time));
        _jobs = new JobRunner(time, _health.Scope("jobs"), loggers.CreateLogger<JobRunner>());
    }

    /// <summary>Starts everything; what was started is stopped again when something fails.</summary>
    /// <param name="configuration">Valid settings.</param>
    /// <param name="notify">Who is told how the operator is.</param>
    /// <param name="loggers">Logs.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="CiliumException">The operator cannot run; the text says why and what to do. A store that does not answer is no reason.</exception>
    public static async Task<OperatorHost> StartAsync(LoadedConfiguration configuration, NotifySocket notify, ILoggerFactory loggers, TimeProvider time, CancellationToken ct)
    {
        var host = new OperatorHost(configuration.Options, loggers, time);
        try
        {
            await host.LoadAsync(configuration, ct);
            await host.RunAsync(notify, ct);
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
        await _jobs.DisposeAsync();
        if (_plugins is not null)
        {
            await _plugins.EndAsync(_loggers.CreateLogger<OperatorHost>());
            await _plugins.DisposeAsync();
        }

        _lastWords?.Dispose();
        _meter.Dispose();
    }

    private async Task LoadAsync(LoadedConfiguration configuration, CancellationToken ct)
    {
        _plugins = await new PluginHost(configuration, _time, _loggers, _meter, _health).LoadStoreAsync("The operator did not start.", ct);
        _lastWords = new LastWords(CommandLine.Program, _plugins);
        if (!_plugins.Kvstore.Capabilities.HasFlag(KvstoreCapabilities.Shared))
        {
            throw new CiliumException(
                ErrorKind.Unsupported,
                $"the store {_options.Providers["kvstore"]} belongs to one agent, which does the operator's work itself. Select a store that nodes share (kvstore.provider), or do without an operator. Nothing was started.");
        }

        await _plugins.StartAsync("kvstore", _plugins.Kvstore.StartAsync, ct);
    }

    private async Task RunAsync(NotifySocket notify, CancellationToken ct)
    {
        var (store, logger) = (_plugins!.Kvstore, _loggers.CreateLogger<OperatorHost>());
        var self = new NodeKey(_options.ClusterName, _options.NodeName);
        var liveness = new Liveness(_time);
        var watch = new StoreWatch(store, _time, _loggers.CreateLogger<StoreWatch>());
        await watch.LookAsync(ct);
        foreach (var (name, run) in OperatorModules.Loops(store, $"{CommandLine.Program} {self}", _options.IdentityGcInterval, _loggers, _time))
            Start(name, run);
        Start("store-watch", watch.RunAsync);
        Started(logger, self);
        notify.Ready(watch.Line);
        Start("heartbeat", new Heartbeat(notify, Heartbeat.LimitHere, liveness.Problem, () => watch.Line, _time, logger).RunAsync);

        void Start(string name, Func<CancellationToken, Task> run) => _jobs.Start(name, liveness.Loop(name, run));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The operator {Self} is at work.")]
    private static partial void Started(ILogger logger, NodeKey self);
}
