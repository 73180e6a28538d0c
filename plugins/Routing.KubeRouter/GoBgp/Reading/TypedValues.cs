using System.Net;
using System.Net.Sockets;
using System.Text;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Messages;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Wire;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp.Reading;

/// <summary>Reads the contents of typed NLRI and attributes, which both versions have alike. Null: the content is not what its type says.</summary>
internal static class TypedValues
{
    public static IpPrefix? Prefix(PrefixMessage message) =>
        Address(message.Address) is { } address && message.Length <= (address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32) ? new IpPrefix(address, (int)message.Length) : null;

    public static BgpOrigin? Origin(OriginMessage message) => message.Origin <= (uint)BgpOrigin.Incomplete ? (BgpOrigin)message.Origin : null;

    public static IPAddress? NextHop(NextHopMessage message) => Address(message.NextHop);

    /// <summary>A second one is link-local.</summary>
    public static IPAddress? NextHop(MpReachMessage message) => message.NextHops.Count > 0 ? Address(message.NextHops[0]) : null;

    public static string? AsPath(AsPathMessage message)
    {
        var text = new StringBuilder();
        foreach (var segment in message.Segments)
        {
            if (!AsPathText.IsSegment(segment.Type))
                return null;
            AsPathText.Append(text, segment.Type, segment.Numbers);
        }

        return text.ToString();
    }

    /// <summary>GoBGP says "&lt;nil&gt;", "invalid IP" or nothing where it has none.</summary>
    public static IPAddress? Address(string text) =>
        IPAddress.TryParse(text, out var address) ? address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address : null;
}
