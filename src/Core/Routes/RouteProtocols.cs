using System.Globalization;

namespace Cilium.Framework.Routes;

/// <summary>Who marks routes in the kernel with which number (linux/rtnetlink.h, RTPROT_*).</summary>
public static class RouteProtocols
{
    /// <summary>Ours unless configured otherwise: free in linux/rtnetlink.h and in iproute2's rt_protos.</summary>
    public const byte Default = 161;

    private static readonly Dictionary<byte, string> Names = new()
    {
        [0] = "unspecified", [1] = "redirect", [2] = "kernel", [3] = "boot", [4] = "static", [8] = "gated", [9] = "ra", [10] = "mrt", [11] = "zebra", [12] = "bird",
        [13] = "dnrouted", [14] = "xorp", [15] = "ntk", [16] = "dhcp", [17] = "mrouted", [18] = "keepalived", [42] = "babel", [84] = "ovn", [99] = "openr",
        [186] = "bgp", [187] = "isis", [188] = "ospf", [189] = "rip", [192] = "eigrp",
    };

    /// <summary>True when nobody else is known to use the number.</summary>
    public static bool IsFree(byte protocol) => !Names.ContainsKey(protocol);

    /// <summary>Who uses the number; its digits when nobody is known to.</summary>
    public static string NameOf(byte protocol) => Names.TryGetValue(protocol, out var name) ? name : protocol.ToString(CultureInfo.InvariantCulture);
}
