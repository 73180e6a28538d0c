using System.CommandLine;
using System.Globalization;
using Cilium.Framework.Cli.Output;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium endpoint list|get</c>.</summary>
internal static class EndpointCommands
{
    public static Command Create() => new("endpoint", "Workloads of this node.") { List(), Get() };

    private static Command List()
    {
        var output = Globals.Output();
        var command = new Command("list", "Lists endpoints.") { output };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            var endpoints = await client.ListEndpointsAsync(ct);
            if (parsed.GetValue(output) == "json")
                await JsonOutput.WriteAsync(endpoints);
            else
                WriteTable(endpoints);
        });
        return command;
    }

    private static Command Get()
    {
        var output = Globals.Output("json");
        var id = Globals.WithoutDashes(new Argument<string>("id") { Description = "Number, or container-id:, ipv4:, ipv6: with a value." });
        var command = new Command("get", "Shows an endpoint; as JSON unless -o text.") { id, output };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            var endpoint = await client.GetEndpointAsync(parsed.GetRequiredValue(id), ct);
            if (parsed.GetValue(output) == "json")
                await JsonOutput.WriteAsync(endpoint);
            else
                WriteTable([endpoint]);
        });
        return command;
    }

    private static void WriteTable(IEnumerable<Endpoint> endpoints) => TextTable.Write(["Endpoint", "Policy", "Identity", "Labels", "IPv4", "IPv6", "Status"], endpoints.SelectMany(Rows));

    /// <summary>One row for the endpoint, and one for each further label.</summary>
    private static IEnumerable<string[]> Rows(Endpoint endpoint)
    {
        var status = endpoint.Status;
        var addresses = status.Networking.Addressing.FirstOrDefault();
        var number = endpoint.Id.ToString(CultureInfo.InvariantCulture);
        var identity = status.Identity?.Id.ToString(CultureInfo.InvariantCulture) ?? "-";
        yield return [number, status.Policy.PolicyEnabled, identity, status.Labels.FirstOrDefault() ?? "-", addresses?.Ipv4 ?? "-", addresses?.Ipv6 ?? "-", status.State];
        foreach (var label in status.Labels.Skip(1))
            yield return ["", "", "", label, "", "", ""];
    }
}
