using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Cilium.Framework.Agent.Hosting;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Datapath;
using Cilium.Framework.Errors;
using ConnectionInfo = Cilium.Framework.Datapath.ConnectionInfo;

namespace Cilium.Framework.Agent.Commands;

/// <summary><c>cilium-agent dump WHAT</c>: what the datapath holds, as JSON, read from the datapath itself.</summary>
internal static class DumpCommand
{
    private static readonly Dictionary<string, Func<IDatapathView, StoredRuleNames, CancellationToken, Task<TableDump>>> Dumps = new()
    {
        ["endpoint"] = EndpointsAsync, ["policy"] = PoliciesAsync, ["ipcache"] = IpCacheAsync, ["ct"] = ConnectionsAsync, ["metrics"] = MetricsAsync,
    };

    public static Command Create()
    {
        var what = new Argument<string>("what") { Description = string.Join(", ", Dumps.Keys) };
        what.AcceptOnlyFromAmong([.. Dumps.Keys]);
        var command = new Command("dump", "Prints what the datapath holds, as JSON; works beside a running agent and without one.") { what };
        command.SetAction(async (parsed, ct) =>
        {
            var configuration = Settings.Load(parsed).ThrowIfInvalid();
            await using var plugins = await OfflinePlugins.LoadAsync(configuration);
            if (!plugins.Set.Datapath.Capabilities.HasFlag(DatapathCapabilities.SurvivesAgent))
                throw new CiliumException(ErrorKind.Unsupported, Nothing(configuration.Options.Providers["datapath"]));
            var dump = await Dumps[parsed.GetRequiredValue(what)](plugins.Set.Datapath.View, StoredRuleNames.Read(configuration.Options.StateDirectory), ct);
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(dump, ApiJson.Plain.TableDump));
            return 0;
        });
        return command;
    }

    /// <summary>An empty list would say that nothing is there.</summary>
    internal static string Nothing(string datapath) =>
        $"The datapath {datapath} keeps its state inside the running agent: there is nothing to read from outside. See cilium db show endpoints, policies or ipcache, and cilium monitor.";

    /// <summary>The identifier is all that is kept of an ICMP flow's header.</summary>
    internal static string Initiator(ConnectionInfo row) => FlowText.IsIcmp(row.Protocol) ? $"{row.Source} id {row.SourcePort}" : FlowText.Side(row.Source, row.SourcePort);

    internal static string Responder(ConnectionInfo row) => FlowText.IsIcmp(row.Protocol) ? $"{row.Destination}" : FlowText.Side(row.Destination, row.DestinationPort);

    private static async Task<TableDump> EndpointsAsync(IDatapathView view, StoredRuleNames rules, CancellationToken ct) => Table(
        "endpoint", ["Id", "IfIndex", "Identity", "IPv4", "IPv6", "Mac", "Enforces"], await view.ListEndpointsAsync(ct),
        row => [row.Id, row.IfIndex, row.Identity, row.IPv4, row.IPv6, row.Mac, row.Enforces ? "policy" : "drop"]);

    private static async Task<TableDump> PoliciesAsync(IDatapathView view, StoredRuleNames rules, CancellationToken ct) => Table(
        "policy", ["Subject", "Direction", "Remote", "Protocol", "Port", "Rule", "Packets", "Bytes"], await view.ListPoliciesAsync(ct),
        row => [row.Subject, row.Entry.Key.Direction, row.Entry.Key.Remote, row.Entry.Key.Protocol, row.Entry.Key.Port, rules.Of(row.Entry.Rule), row.Packets, row.Bytes]);

    private static async Task<TableDump> IpCacheAsync(IDatapathView view, StoredRuleNames rules, CancellationToken ct) => Table(
        "ipcache", ["Prefix", "Identity", "Tunnel"], await view.ListIpCacheAsync(ct), row => [row.Prefix, row.Identity, row.TunnelEndpoint]);

    private static async Task<TableDump> ConnectionsAsync(IDatapathView view, StoredRuleNames rules, CancellationToken ct) => Table(
        "ct", ["Protocol", "Source", "Destination", "Identities", "State", "Expires", "Rules"], await view.ListConnectionsAsync(ct),
        row =>
        [
            row.Protocol, Initiator(row), Responder(row), $"{row.SourceIdentity}->{row.DestinationIdentity}", row.State,
            $"{row.ExpiresInSeconds}s", $"{rules.Of(row.EgressRule)} / {rules.Of(row.IngressRule)}",
        ]);

    private static async Task<TableDump> MetricsAsync(IDatapathView view, StoredRuleNames rules, CancellationToken ct) => Table(
        "metrics", ["Reason", "Direction", "Packets", "Bytes"], await view.ListMetricsAsync(ct),
        row => [row.Reason == DropReason.None ? "Success" : row.Reason.Describe(), row.Direction, row.Packets, row.Bytes]);

    private static TableDump Table<T>(string name, IReadOnlyList<string> columns, IEnumerable<T> rows, Func<T, object?[]> cells) => new()
    {
        Name = name, Columns = columns,
        Rows = [.. rows.Select(row => (IReadOnlyList<string>)[.. cells(row).Select(cell => Convert.ToString(cell, CultureInfo.InvariantCulture) ?? "")])],
    };
}
