namespace Cilium.Framework.Datapath.Simulator.Packets;

/// <summary>Lengths and offsets of headers, in bytes, and the numbers that name them (IANA).</summary>
internal static class FrameLayout
{
    public const int Ethernet = 14;
    public const int IPv4 = 20;
    public const int IPv6 = 40;
    public const int Tcp = 20;

    /// <summary>UDP and ICMP: eight bytes.</summary>
    public const int Short = 8;

    /// <summary>From the start of the frame.</summary>
    public const int SourceMacOffset = 6, EtherTypeOffset = 12, TtlOffset = Ethernet + 8, HeaderChecksumOffset = Ethernet + 10, HopLimitOffset = Ethernet + 7;

    public const ushort EtherTypeIPv4 = 0x0800, EtherTypeArp = 0x0806, EtherTypeIPv6 = 0x86dd;
}
