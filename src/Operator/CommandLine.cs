using System.CommandLine;

namespace Cilium.Framework.Operator;

/// <summary><c>cilium-operator</c>: runs the operator modules until SIGTERM or SIGINT, with the settings of an agent.</summary>
internal static partial class CommandLine
{
    public const string Program = "cilium-operator";

    public static Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Does what a cluster needs done once, beside the agents: collects identity numbers that no node uses. Takes the settings of an agent, and loads their store alone.");
        root.Options.Add(Settings.File);
        root.Options.Add(Settings.Set);
        root.SetAction(RunAsync);
        return new Invocation(Program).RunAsync(root, args);
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        using var stop = new StopSignals(ct);
        var configuration = Settings.Load(parsed).ThrowIfInvalid();
        using var loggers = ServiceLog.Create(new LogSwitch(configuration.Options.LogLevel));
        var logger = loggers.CreateLogger(nameof(CommandLine));
        using var notify = NotifySocket.FromEnvironment();
        try
        {
            await using var host = await OperatorHost.StartAsync(configuration, notify, loggers, TimeProvider.System, stop.Token);
            await stop.WaitAsync();
            notify.Stopping("stopping");
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            // While it was starting.
            notify.Stopping("stopping");
        }

        Stopped(logger);
        return 0;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The operator has stopped, as it was asked to.")]
    private static partial void Stopped(ILogger logger);
}
