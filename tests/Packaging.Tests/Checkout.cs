using System.Diagnostics;
using Cilium.Framework.Lab;

namespace Cilium.Framework.Packaging.Tests;

/// <summary>The repository in which the tests run, and programs run from it.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>The published layout.</summary>
    public static Layout Layout
    {
        get
        {
            var layout = new Layout(Path.Combine(Root, "artifacts", "layout"));
            Assert.True(File.Exists(layout.Agent), $"{layout.Agent} is missing: run eng/publish.sh artifacts/layout first (test.sh does)");
            return layout;
        }
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<(int Status, string Output)> RunAsync(string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Root })!;
        var output = process.StandardOutput.ReadToEndAsync(Cancelled);
        var error = process.StandardError.ReadToEndAsync(Cancelled);
        await process.WaitForExitAsync(Cancelled);
        return (process.ExitCode, await output + await error);
    }

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Cilium.Framework.sln")))
            folder = Path.GetDirectoryName(folder.TrimEnd('/')) ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
        return folder;
    }
}
