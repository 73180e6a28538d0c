using System.CommandLine;
using System.Globalization;
using Cilium.Framework.Cli.Output;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium health</c>: which nodes this one reaches, and on which path not.</summary>
internal static class HealthCommand
{
    private const double NanosecondsPerMillisecond = 1e6;

    public static Command Create()
    {
        var output = Globals.Output();
        var command = new Command("health", "Shows which nodes this one reaches, itself included. Status 1 when one is not reachable.") { output };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            var health = await client.GetHealthAsync(ct);
            if (parsed.GetValue(output) == "json")
                await JsonOutput.WriteAsync(health);
            else if (health.Enabled)
                await WriteTextAsync(health);
            else
                throw new CommandException("health: this node probes nobody. Set health.enabled to true and restart the agent.");
            return health.Enabled && health.Reachable == health.Nodes.Count ? 0 : 1;
        });
        return command;
    }

    private static async Task WriteTextAsync(ClusterHealth health)
    {
        TextTable.Write(["Node", "Path", "Address", "ICMP", "HTTP"], health.Nodes.SelectMany(node => Rows(node, node.Name == health.Self)));
        await Console.Out.WriteLineAsync();
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{health.Reachable} of {health.Nodes.Count} nodes reachable"));
    }

    /// <summary>A node is named in its first row alone; one without a path has a row that says so.</summary>
    private static IEnumerable<string[]> Rows(NodeHealth node, bool isSelf)
    {
        var name = isSelf ? $"{node.Name} (this node)" : node.Name;
        var host = Rows("host", node.Host, "no address in a family that both nodes have");
        return host.Concat(Rows("endpoint", node.Endpoint, "")).Select((row, index) => (string[])[index == 0 ? name : "", .. row]);
    }

    private static IEnumerable<string[]> Rows(string path, IReadOnlyList<PathHealth> addresses, string none) =>
        addresses.Select(address => (string[])[path, address.Ip, Words(address.Icmp), Words(address.Http)]).DefaultIfEmpty([path, "-", none.Length == 0 ? "-" : none, "-"]);

    private static string Words(ConnectivityStatus status) => status switch
    {
        { State: "reachable" } => string.Create(CultureInfo.InvariantCulture, $"{status.Latency / NanosecondsPerMillisecond:0.000} ms"),
        { State: "unreachable" } => $"{status.Status}, since {Time(status.Since)}",
        { Status.Length: > 0 } => status.Status,
        _ => "not probed yet",
    };

    private static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";
}
