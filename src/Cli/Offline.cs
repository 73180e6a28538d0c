using System.CommandLine;
using System.Diagnostics;

namespace Cilium.Framework.Cli;

/// <summary>Verbs that work without a running agent: the agent's program does them, with the configuration that the last agent ran with.</summary>
internal static class Offline
{
    /// <summary>File that an agent leaves beside its socket; see <c>cilium-agent</c>.</summary>
    private const string EffectiveConfiguration = "effective.yaml";

    /// <summary>Names a settings file to the agent's program; given by the user, it is read instead of that of the last agent.</summary>
    private const string ConfigurationOption = "--config";

    /// <summary>Runs the agent's program with this process's own input and output.</summary>
    public static async Task<int> RunAsync(ParseResult parsed, IEnumerable<string> arguments, CancellationToken ct)
    {
        using var process = Start(parsed, arguments, capture: false);
        await process.WaitForExitAsync(ct);
        return process.ExitCode;
    }

    /// <summary>Runs the agent's program and returns what it wrote.</summary>
    /// <exception cref="CommandException">It failed; its own words went to stderr.</exception>
    public static async Task<string> ReadAsync(ParseResult parsed, IEnumerable<string> arguments, CancellationToken ct)
    {
        using var process = Start(parsed, arguments, capture: true);
        var output = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return process.ExitCode == 0 ? output : throw new CommandException($"cilium-agent {string.Join(' ', arguments)} ended with status {process.ExitCode}.");
    }

    private static Process Start(ParseResult parsed, IEnumerable<string> arguments, bool capture)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "cilium-agent");
        if (!File.Exists(program))
            throw new CommandException($"{program} is missing; cilium and cilium-agent are installed together.");
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = capture };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        if (start.ArgumentList.Contains(ConfigurationOption))
            return Run(start);
        var folder = Path.GetDirectoryName(Path.GetFullPath(parsed.GetRequiredValue(Globals.Socket)))!;
        var configuration = Path.Combine(folder, EffectiveConfiguration);
        if (File.Exists(configuration))
        {
            start.ArgumentList.Add(ConfigurationOption);
            start.ArgumentList.Add(configuration);
        }

        return Run(start);
    }

    private static Process Run(ProcessStartInfo start) => Process.Start(start) ?? throw new CommandException($"{start.FileName} could not be started.");
}
