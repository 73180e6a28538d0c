using System.CommandLine;
using System.Text.Json;
using Cilium.Framework.Cli.Output;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium bpf WHAT list</c>: what the datapath holds, read from the datapath itself; works with the agent down.</summary>
internal static class BpfCommands
{
    private static readonly (string Name, string Description)[] Lists =
    [
        ("policy", "Policy entries with their counters."), ("ipcache", "Addresses and identities."), ("endpoint", "Endpoints."),
        ("ct", "Connections."), ("metrics", "Packets and bytes by reason."),
    ];

    public static Command Create()
    {
        var bpf = new Command("bpf", "What the datapath holds; works with the agent down.");
        foreach (var (name, description) in Lists)
            bpf.Subcommands.Add(new Command(name, description) { List(name) });
        return bpf;
    }

    private static Command List(string name)
    {
        var output = Globals.Output();
        var command = new Command("list", "Lists it.") { output };
        command.SetAction(async (parsed, ct) =>
        {
            var dump = JsonSerializer.Deserialize(await Offline.ReadAsync(["dump", name, .. Offline.SettingsOf(parsed)], ct), ApiJson.Default.TableDump)!;
            if (parsed.GetValue(output) == "json")
                await JsonOutput.WriteAsync(dump);
            else
                TextTable.Write(dump.Columns, dump.Rows);
        });
        return command;
    }
}
