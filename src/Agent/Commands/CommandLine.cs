using System.CommandLine;

namespace Cilium.Framework.Agent.Commands;

/// <summary>The verbs of <c>cilium-agent</c>. Without a verb it runs the agent.</summary>
internal static class CommandLine
{
    public const string Program = "cilium-agent";

    public static Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Runs the cilium agent of this node.");
        root.Options.Add(Settings.File);
        root.Options.Add(Settings.Set);
        root.SetAction(RunCommand.RunAsync);
        root.Subcommands.Add(ValidateCommand.Create());
        root.Subcommands.Add(DumpCommand.Create());
        root.Subcommands.Add(CleanupCommand.Create());
        root.Subcommands.Add(PolicyCommand.Create());
        root.Subcommands.Add(FsckCommand.Create());
        return new Invocation(Program).RunAsync(root, args);
    }
}
