using System.Runtime.InteropServices;
using System.Text.Json;
using Cilium.Framework.Lab;

namespace Cilium.Framework.Demo;

/// <summary>The demo's command line: <c>cilium-demo LAYOUT [--profile NAME] [--keep] [--json]</c>. Whatever ends it, the lab goes with it.</summary>
internal static class DemoCommand
{
    private const string Kind = "demo";

    private static readonly TimeSpan Longest = Patience.Of(TimeSpan.FromMinutes(5));

    public static async Task<int> RunAsync(string[] args)
    {
        if (DemoOptions.Parse(args, out var problem) is not { } options)
        {
            await Console.Error.WriteLineAsync($"demo: {problem}");
            return 2;
        }

        using var stop = new CancellationTokenSource();
        using var onInterrupt = Stop(PosixSignal.SIGINT, stop);
        using var onTerminate = Stop(PosixSignal.SIGTERM, stop);
        using var onHangup = Stop(PosixSignal.SIGHUP, stop);
        foreach (var abandoned in AbandonedLab.Remove(Kind))
            await Console.Error.WriteLineAsync($"demo: removed what an earlier demo left: {abandoned}");
        return await RunAsync(options, stop.Token);
    }

    private static PosixSignalRegistration Stop(PosixSignal signal, CancellationTokenSource stop) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        stop.Cancel();
    });

    private static async Task<int> RunAsync(DemoOptions options, CancellationToken stop)
    {
        var folder = AbandonedLab.FolderOf(Kind);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            var report = await PlayAsync(options, folder, stop);
            await Console.Out.WriteLineAsync(options.Json ? JsonSerializer.Serialize(report, ReportJson.Default.Report) : $"demo: {report.Passed} of {report.Total} checks as expected");
            return report.Passed == report.Total ? 0 : 1;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(stop.IsCancellationRequested ? "demo: stopped; the lab is removed" : $"demo: not finished after {Longest.TotalMinutes:0} minutes; the lab is removed");
            return 1;
        }
        catch (Exception exception) when (exception is LabException or Client.ApiException or Netlink.NetlinkException or IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            await Console.Error.WriteLineAsync($"demo: {exception.Message}");
            return 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Report> PlayAsync(DemoOptions options, string folder, CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(Longest);
        // With --json stdout carries nothing but the JSON.
        var progress = options.Json ? Console.Error : Console.Out;
        await progress.WriteLineAsync(options.Profile == DemoOptions.OneNode ? "Starting the agent in a node namespace of its own" : $"Starting a server and the agents of nodes that share it (profile {options.Profile})");
        await using var stage = await Stage.StartAsync(options, AbandonedLab.NameOf(Kind), folder, deadline.Token);
        await using var events = new EventLog(stage.Nodes[0].Socket);
        var checks = new CheckRunner(events, check => progress.WriteLine($"  {check.Line}"));
        await (stage.Cluster is { } cluster
            ? new ClusterScenario(new DemoCluster(cluster, options.Cluster!, events, checks, progress.WriteLine), stage.Mesh).RunAsync(deadline.Token)
            : new Scenario(stage.Nodes[0], checks, events, progress.WriteLine).RunAsync(deadline.Token));
        if (!options.Json)
            CheckTable.Write(checks.Checks);
        if (options.Keep)
            await KeepAsync(stage.Nodes, options.Layout, progress, stop);
        return new Report(checks.Checks, checks.Checks.Count(check => check.AsExpected), checks.Checks.Count);
    }

    private static async Task KeepAsync(IReadOnlyList<LabNode> nodes, Layout layout, TextWriter progress, CancellationToken stop)
    {
        var node = nodes[0];
        await progress.WriteLineAsync($"""

            The lab is still there. Look around from another terminal, then press Enter here to remove it (or end this program, {Environment.ProcessId}):
              export CILIUM_SOCKET={node.Socket}
              {layout.Cli} status
              {layout.Cli} endpoint list
              {layout.Cli} policy get
              {layout.Cli} monitor
              {layout.Cli} bpf ct list
              ip netns exec {node.Pods[0].Namespace.Name} ping -c 1 {node.Pods[1].IPv4}
            """);
        if (nodes.Count > 1)
        {
            await progress.WriteLineAsync($"""
                  {layout.Cli} node list
                  {layout.Cli} health
                  {layout.Cli} route ledger
                  {layout.Cli} mtu
                  {layout.Cli} kvstore get --recursive cilium/state/
                The other nodes have their sockets in {string.Join(", ", nodes.Skip(1).Select(other => other.Socket))}
                """);
        }

        // Reading the console cannot be cancelled; without a terminal only a signal ends it.
        var enter = Console.IsInputRedirected ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop) : Task.Run(Console.ReadLine, stop);
        await Task.WhenAny(enter, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
    }
}
