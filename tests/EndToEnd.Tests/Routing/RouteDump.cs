using System.Diagnostics;
using System.Globalization;
using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>All that another program, ip(8), says of routes.</summary>
internal static class RouteDump
{
    /// <param name="nodes">Of which nodes.</param>
    /// <param name="protocol">Made by whom; null: by anybody.</param>
    /// <returns>In the kernel's order, with every detail.</returns>
    public static async Task<string> ReadAsync(IEnumerable<LabNode> nodes, byte? protocol = null)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        foreach (var node in nodes)
        {
            foreach (var family in (string[])["-4", "-6"])
            {
                string[] maker = protocol is { } number ? ["proto", number.ToString(CultureInfo.InvariantCulture)] : [];
                using var ip = Process.Start(new ProcessStartInfo("nsenter", [$"--net={node.Network.Node.Path}", "ip", "-d", "-N", family, "route", "show", "table", "all", .. maker]) { RedirectStandardOutput = true })!;
                await text.WriteLineAsync($"{node.Network.Place.IPv4}:\n{await ip.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)}");
                await ip.WaitForExitAsync(TestContext.Current.CancellationToken);
                Assert.Equal(0, ip.ExitCode);
            }
        }

        return text.ToString();
    }
}
