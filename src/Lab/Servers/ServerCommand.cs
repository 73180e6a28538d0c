using System.Diagnostics;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab.Servers;

/// <summary>A program that comes with a server, asks it something and ends.</summary>
internal static class ServerCommand
{
    /// <param name="program">Path or name of the program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="networkNamespace">Where it runs; null: here.</param>
    /// <param name="ct">Gives up and ends it.</param>
    /// <param name="environment">Further variables of its environment; null: none.</param>
    /// <returns>What it printed.</returns>
    /// <exception cref="LabException">It failed; carries what it printed.</exception>
    public static async Task<string> RunAsync(
        string program, IEnumerable<string> arguments, NetworkNamespace? networkNamespace, CancellationToken ct, IReadOnlyDictionary<string, string>? environment = null)
    {
        IEnumerable<string> line = networkNamespace is null ? [program, .. arguments] : ["nsenter", $"--net={networkNamespace.Path}", program, .. arguments];
        var start = new ProcessStartInfo(line.First(), line.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new LabException($"{program} could not be started.");
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
            await process.WaitForExitAsync(ct);
            if (process.ExitCode != 0)
                throw new LabException($"{program} {string.Join(' ', arguments)} ended with status {process.ExitCode}: {await output}{await errors}");
            return await output;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
