using System.CommandLine;
using System.CommandLine.Parsing;
using Cilium.Framework.Cli.Commands;
using Cilium.Framework.Client;

namespace Cilium.Framework.Cli;

/// <summary>The command tree of <c>cilium</c>. Errors go to stderr with status 1; wrong usage with 2.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Asks and steers the cilium agent of this machine.");
        root.Options.Add(Globals.Socket);
        Command[] commands =
        [
            StatusCommand.Create(), EndpointCommands.Create(), IdentityCommands.Create(), PolicyCommands.Create(), MonitorCommand.Create(),
            BpfCommands.Create(), PluginCommands.Create(), ConfigCommands.Create(), DbCommands.Create(), CleanupCommand.Create(),
            NodeCommands.Create(), HealthCommand.Create(), KvstoreCommands.Create(), FsckCommand.Create(), RouteCommands.Create(), MtuCommand.Create(), BgpCommands.Create(),
        ];
        foreach (var command in commands)
            root.Subcommands.Add(command);

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await Console.Error.WriteLineAsync($"cilium: {UsageText.Of(error.Message)} See {Path(parsed.CommandResult)} --help.");
            return 2;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (ApiException exception)
        {
            await Console.Error.WriteLineAsync($"cilium: {exception.Message}");
            return 1;
        }
        catch (CommandException exception)
        {
            await Console.Error.WriteLineAsync($"cilium: {exception.Message}");
            return 1;
        }
        catch (IOException exception) when (FailureText.IsReaderGone(exception))
        {
            return 0;
        }
        catch (IOException exception)
        {
            await Console.Error.WriteLineAsync($"cilium: the output cannot be written: {FailureText.Of(exception)}.");
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }

    private static string Path(CommandResult result) => result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "cilium";
}
