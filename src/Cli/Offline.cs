using System.CommandLine;
using System.Diagnostics;
using Cilium.Framework.Client;

namespace Cilium.Framework.Cli;

/// <summary>Verbs that work without a running agent: the agent's program does them, with the configuration that the last agent ran with.</summary>
internal static class Offline
{
    /// <summary>File that an agent leaves beside its socket; see <c>cilium-agent</c>.</summary>
    private const string EffectiveConfiguration = "effective.yaml";

    /// <summary>Names a settings file to the agent's program; given by the user, it is read instead of that of the last agent.</summary>
    public const string ConfigurationOption = "--config";

    /// <summary>Runs the agent's program with this process's own input and output.</summary>
    public static async Task<int> RunAsync(IEnumerable<string> arguments, CancellationToken ct)
    {
        using var process = Start(arguments, capture: false);
        await process.WaitForExitAsync(ct);
        return process.ExitCode;
    }

    /// <summary>Runs the agent's program and returns what it wrote.</summary>
    /// <exception cref="CommandException">It failed; its own words went to stderr.</exception>
    public static async Task<string> ReadAsync(IEnumerable<string> arguments, CancellationToken ct)
    {
        using var process = Start(arguments, capture: true);
        var output = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return process.ExitCode == 0 ? output : throw new CommandException($"cilium-agent {string.Join(' ', arguments)} ended with status {process.ExitCode}.");
    }

    /// <summary>The arguments that name the settings of the agent behind the socket. Nobody named one: those of the last agent at the usual place, or the installed ones.</summary>
    /// <exception cref="CommandException">A socket is named, and no agent left settings beside it: other settings would mean another node.</exception>
    public static IReadOnlyList<string> SettingsOf(ParseResult parsed)
    {
        var named = Globals.NamedSocket(parsed);
        var file = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(named ?? CiliumClient.DefaultSocket))!, EffectiveConfiguration);
        if (File.Exists(file))
            return [ConfigurationOption, file];
        if (named is not null)
            throw new CommandException($"{file} is missing: no agent ran with the socket {named}, so the settings to work with are not known. Nothing was done. Check --socket and CILIUM_SOCKET, or leave them out for the installed agent's settings.");
        return [];
    }

    private static Process Start(IEnumerable<string> arguments, bool capture)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "cilium-agent");
        if (!File.Exists(program))
            throw new CommandException($"{program} is missing; cilium and cilium-agent are installed together.");
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = capture };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new CommandException($"{start.FileName} could not be started.");
    }
}
