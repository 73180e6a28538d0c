using System.CommandLine;
using System.Text.Json;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium monitor</c>: drops, new connections and agent events as they happen.</summary>
internal static class MonitorCommand
{
    public static Command Create()
    {
        var type = new Option<string[]>("--type", "-t") { Description = "drop, trace or agent; may be repeated." };
        type.AcceptOnlyFromAmong("drop", "trace", "agent");
        var from = new Option<int[]>("--from") { Description = "Only packets that this endpoint sends." };
        var to = new Option<int[]>("--to") { Description = "Only packets for this endpoint." };
        var related = new Option<int[]>("--related-to") { Description = "Only packets from or to this endpoint." };
        var json = new Option<bool>("--json", "-j") { Description = "One JSON document a line." };
        var output = Globals.Output();
        var command = new Command("monitor", "Shows drops and new connections as they happen.") { type, from, to, related, json, output };
        command.SetAction(async (parsed, ct) =>
        {
            var filter = new MonitorFilter(parsed.GetValue(type) ?? [], parsed.GetValue(from) ?? [], parsed.GetValue(to) ?? [], parsed.GetValue(related) ?? []);
            using var client = Globals.Connect(parsed);
            var isJson = parsed.GetValue(json) || parsed.GetValue(output) == "json";
            await foreach (var shown in client.ReadEventsAsync(ct))
            {
                if (filter.Accepts(shown))
                    await Console.Out.WriteLineAsync(isJson ? JsonSerializer.Serialize(shown, ApiJson.Plain.MonitorEvent) : shown.Summary);
            }
        });
        return command;
    }
}
