using System.CommandLine;
using Cilium.Framework.Cli.Output;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium db show [TABLE]</c>: the agent's tables, row by row, with status.</summary>
internal static class DbCommands
{
    public static Command Create()
    {
        var output = Globals.Output();
        var name = Globals.WithoutDashes(new Argument<string?>("table") { Description = "None: lists the tables.", Arity = ArgumentArity.ZeroOrOne });
        var show = new Command("show", "Shows a table of the agent.") { name, output };
        show.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            if (parsed.GetValue(name) is not { } table)
            {
                var known = await client.ListTablesAsync(ct);
                if (parsed.GetValue(output) == "json")
                    await JsonOutput.WriteAsync(known);
                else
                    await Console.Out.WriteLineAsync(string.Join('\n', known));
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
