using System.CommandLine;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Agent.Commands;

/// <summary>The verbs of <c>cilium-agent</c>. Without a verb it runs the agent.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Runs the cilium agent of this node.");
        root.Options.Add(Settings.File);
        root.Options.Add(Settings.Set);
        root.SetAction(RunCommand.RunAsync);
        root.Subcommands.Add(ValidateCommand.Create());
        root.Subcommands.Add(DumpCommand.Create());
        root.Subcommands.Add(CleanupCommand.Create());
        root.Subcommands.Add(PolicyCommand.Create());
        try
        {
            return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (CiliumException exception)
        {
            await Console.Error.WriteLineAsync($"cilium-agent: {exception.Message}");
            return 1;
        }
    }
}
