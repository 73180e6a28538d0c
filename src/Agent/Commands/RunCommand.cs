using System.CommandLine;
using Cilium.Framework.Agent.Hosting;
using Cilium.Framework.Agent.NodeHealth;
using Cilium.Framework.Agent.Privileges;

namespace Cilium.Framework.Agent.Commands;

/// <summary><c>cilium-agent</c>: runs until SIGTERM or SIGINT. What is realised stays.</summary>
internal static partial class RunCommand
{
    public static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        using var stop = new StopSignals(ct);
        var configuration = Settings.Load(parsed).ThrowIfInvalid();
        BpfFolder.Mount(configuration);
        HealthNamespace.Prepare(configuration);
        var kept = Confinement.Enter(configuration.Options);
        using var loggers = ServiceLog.Create(new LogSwitch(configuration.Options.LogLevel));
        var logger = loggers.CreateLogger(nameof(RunCommand));
        using var notify = NotifySocket.FromEnvironment();
        try
        {
            await using var agent = await AgentHost.StartAsync(configuration, notify, kept, TimeProvider.System, stop.Token);
            await stop.WaitAsync();
            Stopping(notify, logger, configuration.Options.NodeName);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // While it was starting.
            Stopping(notify, logger, configuration.Options.NodeName);
        }

        return 0;
    }

    private static void Stopping(NotifySocket notify, ILogger logger, string node)
    {
        notify.Stopping("stopping; what is realised stays");
        Stopping(logger, node);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} is stopping, as it was asked to; what is realised stays.")]
    private static partial void Stopping(ILogger logger, string node);
}
