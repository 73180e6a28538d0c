namespace Cilium.Framework.Rows;

/// <summary>IP protocol numbers that policies and connections name (IANA). Other numbers are valid values too.</summary>
public enum IpProtocol : byte
{
    /// <summary>Any protocol (a wildcard in policy entries).</summary>
    Any = 0,

    /// <summary>ICMP for IPv4.</summary>
    Icmp = 1,

    /// <summary>TCP.</summary>
    Tcp = 6,

    /// <summary>UDP.</summary>
    Udp = 17,

    /// <summary>ICMP for IPv6.</summary>
    IcmpV6 = 58,
}
