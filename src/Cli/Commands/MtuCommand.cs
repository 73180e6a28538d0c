using System.CommandLine;
using Cilium.Framework.Cli.Output;

namespace Cilium.Framework.Cli.Commands;

/// <summary><c>cilium mtu</c>.</summary>
internal static class MtuCommand
{
    public static Command Create()
    {
        var output = Globals.Output();
        var command = new Command("mtu", "Says how many bytes a packet may have where, and why.") { output };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = Globals.Connect(parsed);
            var report = await client.GetMtuAsync(ct);
            if (parsed.GetValue(output) == "json")
                await JsonOutput.WriteAsync(report);
            else
                await Console.Out.WriteLineAsync(string.Join('\n', report.Lines));
        });
        return command;
    }
}
