using System.CommandLine;
using System.CommandLine.Parsing;
using Cilium.Framework.Client;
using Cilium.Framework.Configuration;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Agent.Commands;

/// <summary>The verbs of <c>cilium-agent</c>. Without a verb it runs the agent. Errors go to stderr with status 1; wrong usage with 2.</summary>
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
        root.Subcommands.Add(FsckCommand.Create());
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await ComplainAsync($"{UsageText.Of(error.Message)} See {Path(parsed.CommandResult)} --help.");
            return 2;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (ConfigurationException exception)
        {
            foreach (var problem in exception.Problems)
                await ComplainAsync($"{SettingPath.Shown(problem.Path)}: {problem.Message}");
            return 1;
        }
        catch (CiliumException exception)
        {
            await ComplainAsync(exception.Message);
            return 1;
        }
        catch (IOException exception) when (FailureText.IsReaderGone(exception))
        {
            return 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await ComplainAsync($"files or output: {FailureText.Of(exception)}.");
            return 1;
        }
    }

    private static Task ComplainAsync(string text) => Console.Error.WriteLineAsync($"cilium-agent: {text}");

    private static string Path(CommandResult result) => result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "cilium-agent";
}
