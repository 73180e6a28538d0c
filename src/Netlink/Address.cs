using System.Net;

namespace Cilium.Framework.Netlink;

/// <summary>An address of a device.</summary>
/// <param name="IfIndex">The device.</param>
/// <param name="IP">The address.</param>
/// <param name="PrefixLength">Length of its network.</param>
/// <param name="Scope">0 global, 253 link, 254 host (rtnetlink scopes).</param>
public sealed record Address(int IfIndex, IPAddress IP, int PrefixLength, byte Scope);
