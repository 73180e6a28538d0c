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
        var maker = protocol is { } number ? $" proto {number}" : "";
        var text = new StringWriter(CultureInfo.InvariantCulture);
        foreach (var node in nodes)
        {
            await IpTool.AddressesInUseAsync(node);
            foreach (var family in (string[])["-4", "-6"])
                await text.WriteLineAsync($"{node.Network.Place.IPv4}:\n{await IpTool.ShowAsync(node, $"ip -d -N {family} route show table all{maker}")}");
        }

        return text.ToString();
    }
}
