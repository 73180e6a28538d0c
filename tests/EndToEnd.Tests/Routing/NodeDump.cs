using System.Diagnostics;
using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>What a node's kernel has: devices, routes and rules of all tables, and what is pinned.</summary>
internal static class NodeDump
{
    private static readonly string[] Looks = ["-o link", "-4 route show table all", "-6 route show table all", "-4 rule", "-6 rule"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<string> OfAsync(LabNode node)
    {
        // A new device's own routes come by themselves, a moment after its addresses.
        await Eventually.TrueAsync(async () => (await ShowAsync(node, "-6 -o address show tentative")).Length == 0, "the node's addresses are all in use");
        var looks = new List<string>();
        foreach (var look in Looks)
            looks.Add(await ShowAsync(node, look));
        return string.Join("\n", [.. looks, .. Pins(Path.Combine(node.Folder, "run", "bpffs"))]);
    }

    // The kernel itself puts maps.debug and progs.debug into every such file system.
    private static IEnumerable<string> Pins(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Where(pin => !pin.EndsWith(".debug", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        : [];

    private static async Task<string> ShowAsync(LabNode node, string look)
    {
        using var ip = Process.Start(new ProcessStartInfo("ip", $"-n {node.Network.Node.Name} {look}") { RedirectStandardOutput = true })!;
        var output = await ip.StandardOutput.ReadToEndAsync(Stop);
        await ip.WaitForExitAsync(Stop);
        Assert.Equal(0, ip.ExitCode);
        return output;
    }
}
