using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent;

/// <summary>Sides of a flow as people read them.</summary>
internal static class FlowText
{
    /// <summary>ICMP has a type, a code and an identifier where others have ports.</summary>
    public static bool IsIcmp(IpProtocol protocol) => protocol is IpProtocol.Icmp or IpProtocol.IcmpV6;

    /// <summary>Such as <c>10.1.0.2:80</c> and <c>[fd00::2]:80</c>.</summary>
    public static string Side(IPAddress address, ushort port) => address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]:{port}" : $"{address}:{port}";
}
