using System.Text.Json;
using Cilium.Framework.Lab;

namespace Cilium.Framework.Demo;

/// <summary>The demo's command line: <c>cilium-demo LAYOUT [--keep] [--json]</c>.</summary>
internal static class DemoCommand
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public static async Task<int> RunAsync(string[] args)
    {
        var unknown = args.Skip(1).FirstOrDefault(argument => argument is not ("--keep" or "--json"));
        if (args.Length == 0 || unknown is not null)
        {
            await Console.Error.WriteLineAsync($"demo: {(unknown is null ? "the folder of the published programs is missing" : $"unknown option {unknown}")}. Usage: cilium-demo LAYOUT [--keep] [--json]");
            return 2;
        }

        var keep = args.Contains("--keep");
        var json = args.Contains("--json");
        using var deadline = new CancellationTokenSource(Longest);
        Console.CancelKeyPress += (_, press) =>
        {
            press.Cancel = true;
            deadline.Cancel();
        };
        var folder = Directory.CreateTempSubdirectory("cilium-demo-").FullName;
        try
        {
            var report = await RunAsync(new Layout(Path.GetFullPath(args[0])), folder, keep, json, deadline.Token);
            await Console.Out.WriteLineAsync(json ? JsonSerializer.Serialize(report, ReportJson.Default.Report) : $"demo: {report.Passed} of {report.Total} checks as expected");
            return report.Passed == report.Total ? 0 : 1;
        }
        catch (Exception exception) when (exception is LabException or Client.ApiException or Netlink.NetlinkException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"demo: {exception.Message}");
            return 1;
        }
        finally
        {
            if (!keep)
                Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Report> RunAsync(Layout layout, string folder, bool keep, bool json, CancellationToken ct)
    {
        // With --json stdout carries nothing but the JSON.
        var progress = json ? Console.Error : Console.Out;
        await progress.WriteLineAsync("Starting the agent in a node namespace of its own");
        await using var node = await LabNode.StartAsync("demo", layout, folder, [], ct);
        await using var events = new EventLog(node.Socket);
        var checks = new CheckRunner(events, check => progress.WriteLine($"  {(check.AsExpected ? "ok  " : "FAIL")} {check.From} -> {check.To}:{check.Port} {check.Protocol} {check.Family} {check.Seen}"));
        await new Scenario(node, checks, events, text => progress.WriteLine(text)).RunAsync(ct);
        if (!json)
            CheckTable.Write(checks.Checks);
        if (keep)
            await KeepAsync(node, layout, progress);
        return new Report(checks.Checks, checks.Checks.Count(check => check.AsExpected), checks.Checks.Count);
    }

    private static async Task KeepAsync(LabNode node, Layout layout, TextWriter progress)
    {
        await progress.WriteLineAsync($"""

            The lab is still there. Look around from another terminal, then press Enter here to remove it:
              export CILIUM_SOCKET={node.Socket}
              {layout.Cli} status
              {layout.Cli} endpoint list
              {layout.Cli} policy get
              {layout.Cli} monitor
              {layout.Cli} bpf ct list
              ip netns exec {node.Pods[0].Namespace.Name} ping -c 1 {node.Pods[1].IPv4}
            """);
        await Console.In.ReadLineAsync();
    }
}
