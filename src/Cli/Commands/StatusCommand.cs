using System.CommandLine;
using System.Globalization;
using Cilium.Framework.Cli.Output;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium status</c>: is everything well, and if not, what.</summary>
internal static class StatusCommand
{
    /// <summary>State that moves from one version or setting to another: shown though it is well, because somebody waits for its end.</summary>
    private const string Migration = ".migration";

    public static Command Create()
    {
        var output = Globals.Output();
        var command = new Command("status", "Shows whether the agent and its parts are well. Status 1 when something is not.") { output };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            var status = await client.GetStatusAsync(ct);
            if (parsed.GetValue(output) == "json")
                await JsonOutput.WriteAsync(status);
            else
                WriteText(status);
            return status.Cilium.State == "Ok" ? 0 : 1;
        });
        return command;
    }

    private static void WriteText(StatusResponse status)
    {
        var endpoints = status.Endpoints.Count == 0 ? "none" : string.Join(", ", status.Endpoints.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} {pair.Key}"));
        List<(string Name, string Text, string State)> lines =
        [
            ("Cilium:", Words(status.Cilium), status.Cilium.State),
            ("Node:", $"{status.NodeName}, profile {status.Profile}, version {status.Version}, up {status.Uptime}", ""),
            ("Kvstore:", Words(status.Kvstore), status.Kvstore.State),
            ("Datapath:", Words(status.Datapath), status.Datapath.State),
            ("Endpoints:", endpoints, ""),
            ("Policy:", string.Create(CultureInfo.InvariantCulture, $"revision {status.PolicyRevision}"), ""),
            ("Identities:", status.Identities.ToString(CultureInfo.InvariantCulture), ""),
            .. Health(status.Cluster?.CiliumHealth),
            .. status.Ipam.Select(pool => ("IPAM:", pool, "")),
            .. status.Warnings.Select(warning => ("Warning:", warning, "Warning")),
            .. status.Health.Where(entry => entry.Level != "Ok" || entry.Path.EndsWith(Migration, StringComparison.Ordinal)).Select(entry => ($"{entry.Level}:", $"{entry.Path}: {entry.Message}", entry.Level)),
        ];
        foreach (var (name, text, state) in lines)
            WrappedText.Write(name, text, state);
    }

    /// <summary>As Cilium shows it; nothing where the node probes nobody. The name brings its blank along: it is longer than the others.</summary>
    private static IEnumerable<(string Name, string Text, string State)> Health(Status? health) =>
        health is null or { State: "Disabled" } ? [] : [("Cluster health: ", health.Msg, health.State)];

    private static string Words(Status status) => status.Msg.Length == 0 ? status.State : $"{status.State}  {status.Msg}";
}
