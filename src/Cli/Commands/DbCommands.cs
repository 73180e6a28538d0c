using System.CommandLine;
using Cilium.Framework.Cli.Output;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium db show [TABLE]</c>: the agent's tables, row by row, with status.</summary>
internal static class DbCommands
{
    public static Command Create()
    {
        var output = Globals.Output();
        var name = new Argument<string?>("table") { Description = "None: lists the tables.", Arity = ArgumentArity.ZeroOrOne };
        var show = new Command("show", "Shows a table of the agent.") { name, output };
        show.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            if (parsed.GetValue(name) is not { } table)
            {
                foreach (var known in await client.ListTablesAsync(ct))
                    await Console.Out.WriteLineAsync(known);
                return;
            }

            var dump = await client.GetTableAsync(table, ct);
            if (parsed.GetValue(output) == "json")
                await JsonOutput.WriteAsync(dump);
            else
                TextTable.Write(dump.Columns, dump.Rows);
        });
        return new Command("db", "The agent's tables.") { show };
    }
}
