using System.CommandLine;
using System.Runtime.InteropServices;
using Cilium.Framework.Agent.Hosting;
using Cilium.Framework.Agent.Privileges;
using Cilium.Framework.Agent.Service;

namespace Cilium.Framework.Agent.Commands;

/// <summary><c>cilium-agent</c>: runs until SIGTERM or SIGINT. What is realised stays.</summary>
internal static partial class RunCommand
{
    public static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, stop));
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, stop));
        var configuration = Settings.Load(parsed).ThrowIfInvalid();
        BpfFolder.Mount(configuration);
        var kept = Confinement.Enter(configuration.Options);
        using var loggers = AgentLogging.Create(new LogSwitch(configuration.Options.LogLevel));
        var logger = loggers.CreateLogger(nameof(RunCommand));
        using var notify = NotifySocket.FromEnvironment();
        try
        {
            await using var agent = await AgentHost.StartAsync(configuration, notify, kept, TimeProvider.System, stop.Token);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            notify.Stopping();
            Stopping(logger, configuration.Options.NodeName);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // While it was starting.
            notify.Stopping();
            Stopping(logger, configuration.Options.NodeName);
        }

        return 0;
    }

    private static void Stop(PosixSignalContext context, CancellationTokenSource stop)
    {
        context.Cancel = true;
        stop.Cancel();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} is stopping, as it was asked to; what is realised stays.")]
    private static partial void Stopping(ILogger logger, string node);
}
