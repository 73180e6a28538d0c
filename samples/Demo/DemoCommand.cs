using System.Runtime.InteropServices;
using System.Text.Json;
using Cilium.Framework.Lab;

namespace Cilium.Framework.Demo;

/// <summary>The demo's command line: <c>cilium-demo LAYOUT [--keep] [--json]</c>. Whatever ends it, the lab goes with it.</summary>
internal static class DemoCommand
{
    private const string Kind = "demo";

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public static async Task<int> RunAsync(string[] args)
    {
        var unknown = args.Skip(1).FirstOrDefault(argument => argument is not ("--keep" or "--json"));
        if (args.Length == 0 || unknown is not null)
        {
            await Console.Error.WriteLineAsync($"demo: {(unknown is null ? "the folder of the published programs is missing" : $"unknown option {unknown}")}. Usage: cilium-demo LAYOUT [--keep] [--json]");
            return 2;
        }

        using var stop = new CancellationTokenSource();
        using var onInterrupt = Stop(PosixSignal.SIGINT, stop);
        using var onTerminate = Stop(PosixSignal.SIGTERM, stop);
        using var onHangup = Stop(PosixSignal.SIGHUP, stop);
        foreach (var abandoned in AbandonedLab.Remove(Kind))
            await Console.Error.WriteLineAsync($"demo: removed what an earlier demo left: {abandoned}");
        return await RunAsync(new Layout(Path.GetFullPath(args[0])), args.Contains("--keep"), args.Contains("--json"), stop.Token);
    }

    private static PosixSignalRegistration Stop(PosixSignal signal, CancellationTokenSource stop) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        stop.Cancel();
    });

    private static async Task<int> RunAsync(Layout layout, bool keep, bool json, CancellationToken stop)
    {
        var folder = AbandonedLab.FolderOf(Kind);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            var report = await PlayAsync(layout, folder, keep, json, stop);
            await Console.Out.WriteLineAsync(json ? JsonSerializer.Serialize(report, ReportJson.Default.Report) : $"demo: {report.Passed} of {report.Total} checks as expected");
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

    private static async Task<Report> PlayAsync(Layout layout, string folder, bool keep, bool json, CancellationToken stop)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stop);
        deadline.CancelAfter(Longest);
        // With --json stdout carries nothing but the JSON.
        var progress = json ? Console.Error : Console.Out;
        await progress.WriteLineAsync("Starting the agent in a node namespace of its own");
        await using var node = await LabNode.StartAsync(AbandonedLab.NameOf(Kind), layout, folder, [], deadline.Token);
        await using var events = new EventLog(node.Socket);
        var checks = new CheckRunner(events, check => progress.WriteLine($"  {(check.AsExpected ? "ok  " : "FAIL")} {check.From} -> {check.To}:{check.Port} {check.Protocol} {check.Family} {check.Seen}"));
        await new Scenario(node, checks, events, text => progress.WriteLine(text)).RunAsync(deadline.Token);
        if (!json)
            CheckTable.Write(checks.Checks);
        if (keep)
            await KeepAsync(node, layout, progress, stop);
        return new Report(checks.Checks, checks.Checks.Count(check => check.AsExpected), checks.Checks.Count);
    }

    private static async Task KeepAsync(LabNode node, Layout layout, TextWriter progress, CancellationToken stop)
    {
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
        // Reading the console cannot be cancelled; without a terminal only a signal ends it.
        var enter = Console.IsInputRedirected ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop) : Task.Run(Console.ReadLine, stop);
        await Task.WhenAny(enter, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
    }
}
