using System.Diagnostics;
using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>The same layout with the packet programs compiled with another constant: other code on the same maps, as an upgrade brings it.</summary>
internal static class OtherBuild
{
    public static async Task<Layout> PublishAsync(Layout layout, string folder, CancellationToken ct)
    {
        var root = Path.GetFullPath(Path.Combine(layout.Root, "..", ".."));
        await RunAsync("cp", ["-a", $"{layout.Root}/.", folder], ct);
        var plugin = Path.Combine(folder, "plugins", "Datapath.Bpf");
        Directory.Delete(plugin, recursive: true);
        // A folder of its own for everything that is built: the repository's own outputs stay what they are.
        await RunAsync(
            "dotnet",
            ["publish", Path.Combine(root, "plugins", "Datapath.Bpf"), "-c", "Debug", "-o", plugin, "-p:BpfExtra=-DFRAGMENT_SECONDS=31", $"-p:ArtifactsPath={Path.Combine(folder, "artifacts")}", "--nologo", "-v", "quiet"],
            ct);
        var (ours, others) = (Objects(layout.Root), Objects(folder));
        Assert.NotEmpty(ours);
        Assert.NotEqual(ours, others);
        return new Layout(folder);
    }

    private static List<string> Objects(string layout) => [.. Directory.EnumerateFiles(Path.Combine(layout, "plugins", "Datapath.Bpf", "bpf"), "*.o").Order().Select(file => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file))))];

    private static async Task RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken ct)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {output}");
    }
}
