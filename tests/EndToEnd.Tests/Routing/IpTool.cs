using System.Diagnostics;
using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>What ip(8) and tc(8) say in a node's namespace.</summary>
internal static class IpTool
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Waits until the kernel has found that no address of the node is somebody else's: a new device's own routes come by themselves in that moment, a second or two after the device.</summary>
    public static Task AddressesInUseAsync(LabNode node) =>
        Eventually.TrueAsync(async () => (await ShowAsync(node, "ip -6 -o address show tentative")).Length == 0, "the node's addresses are all in use");

    /// <param name="node">Where.</param>
    /// <param name="command">The tool and its arguments, none of which has a blank.</param>
    public static async Task<string> ShowAsync(LabNode node, string command)
    {
        using var tool = Process.Start(new ProcessStartInfo("nsenter", $"--net={node.Network.Node.Path} {command}") { RedirectStandardOutput = true })!;
        var output = await tool.StandardOutput.ReadToEndAsync(Stop);
        await tool.WaitForExitAsync(Stop);
        Assert.Equal((command, 0), (command, tool.ExitCode));
        return output;
    }
}
