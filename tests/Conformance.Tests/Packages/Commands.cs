using System.Diagnostics;

namespace Cilium.Framework.Conformance.Tests.Packages;

/// <summary>Runs a program to its end.</summary>
internal static class Commands
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    /// <summary>What it wrote; it has to succeed.</summary>
    public static async Task<string> RunAsync(string folder, IReadOnlyDictionary<string, string> environment, string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // Nothing of a build may outlive it.
        foreach (var (name, value) in environment.Concat(new Dictionary<string, string> { ["MSBUILDDISABLENODEREUSE"] = "1", ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0", ["UseSharedCompilation"] = "false" }))
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            var text = await output + await error;
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with status {process.ExitCode}:\n{text}");
            return text;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
