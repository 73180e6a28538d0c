using System.Text.RegularExpressions;
using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>What a node's kernel has: devices with what is attached to them, routes and rules of all tables, settings, and what is pinned.</summary>
internal static partial class NodeDump
{
    private static readonly string[] Looks = ["ip -o link", "ip -4 route show table all", "ip -6 route show table all", "ip -4 rule", "ip -6 rule", "ip neigh show nud permanent", "ip neigh show proxy", "tc qdisc", "tc filter show dev eth0 ingress", "tc filter show dev eth0 egress"];

    /// <summary>A program has another number whenever it is loaded.</summary>
    [GeneratedRegex(@" (id \d+|handle 0x\w+)\b")]
    private static partial Regex Numbers();

    public static async Task<string> OfAsync(LabNode node)
    {
        await IpTool.AddressesInUseAsync(node);
        var looks = new List<string>();
        foreach (var look in Looks)
            looks.Add(await IpTool.ShowAsync(node, look));
        return Numbers().Replace(string.Join("\n", [.. looks, .. node.Network.Node.Run(() => Settings().ToList()), .. Pins(Path.Combine(node.Folder, "run", "bpffs"))]), "");
    }

    /// <summary>Of this thread's namespace.</summary>
    private static IEnumerable<string> Settings() =>
        from folder in (string[])["ipv4/conf", "ipv6/conf"]
        from setting in Directory.EnumerateFiles(Path.Combine("/proc/sys/net", folder), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        // It has none, and says so by an error.
        where Path.GetFileName(setting) != "stable_secret"
        select $"{setting} {File.ReadAllText(setting).TrimEnd()}";

    // The kernel itself puts maps.debug and progs.debug into every such file system.
    private static IEnumerable<string> Pins(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Where(pin => !pin.EndsWith(".debug", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        : [];
}
