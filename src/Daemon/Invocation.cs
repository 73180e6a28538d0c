using System.CommandLine;
using System.CommandLine.Parsing;
using Cilium.Framework.Client;
using Cilium.Framework.Configuration;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Daemon;

/// <summary>Runs what a command line asks for. Errors go to stderr with status 1; wrong usage with 2.</summary>
/// <param name="program">The program's name, in front of every error.</param>
internal sealed class Invocation(string program)
{
    /// <param name="root">What the program can do.</param>
    /// <param name="args">What it is asked for.</param>
    /// <returns>The exit status.</returns>
    public async Task<int> RunAsync(RootCommand root, string[] args)
    {
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

    private Task ComplainAsync(string text) => Console.Error.WriteLineAsync($"{program}: {text}");

    private string Path(CommandResult result) => result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : program;
}
