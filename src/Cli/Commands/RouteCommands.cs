using System.CommandLine;
using System.Globalization;
using Cilium.Framework.Cli.Output;
using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium route ledger</c>.</summary>
internal static class RouteCommands
{
    /// <summary>Number of the table of ordinary routes (linux/rtnetlink.h).</summary>
    private const uint MainTable = 254;

    public static Command Create()
    {
        var output = Globals.Output();
        var ledger = new Command("ledger", "Lists the routes to pods, whose each is, and why it is there; and those that are missing.") { output };
        ledger.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            var entries = await client.GetRouteLedgerAsync(ct);
            if (parsed.GetValue(output) == "json")
                await JsonOutput.WriteAsync(entries);
            else
                TextTable.Write(["Destination", "Next Hop", "Device", "MTU", "Table", "Owner", "Why"], entries.Select(Row));
        });
        return new Command("route", "Routes of this node.") { ledger };
    }

    private static string[] Row(RouteLedgerEntry entry) =>
        [entry.Destination, entry.NextHop ?? "-", entry.Device ?? "-", Text(entry.Mtu), entry.Table == MainTable ? "main" : Text(entry.Table), entry.Owner ?? "-", entry.Why];

    private static string Text(IFormattable? number) => number?.ToString(null, CultureInfo.InvariantCulture) ?? "-";
}
