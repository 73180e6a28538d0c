using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Datapath;

namespace Cilium.Framework.Oracles.Cases;

/// <summary>What is wrong with a packet's form.</summary>
internal enum Flaw
{
    None,
    ForeignMac,
    Vlan,
    UnknownEtherType,
    WrongVersion,
    ShortIPv4Header,
    LongerThanFrame,
    CutTransport,
    ShortTcpOffset,
    SevenExtensions,
    ExtensionBeyondPacket,
    CutQuote,
}

internal enum FragmentPart
{
    Whole,
    First,
    Later,
}

/// <summary>The head of a packet that an ICMP error quotes.</summary>
internal sealed record Quote(IPAddress Source, IPAddress Destination, byte Protocol, ushort SourcePort, ushort DestinationPort, byte IcmpType, ushort IcmpId, bool IsLaterFragment = false);

/// <summary>An ARP packet.</summary>
/// <param name="ClaimsForeignMac">Its sender field names another hardware address than the workload's.</param>
internal sealed record Arp(ushort Operation, IPAddress Sender, IPAddress Target, bool ClaimsForeignMac, bool IsForOtherHardware);

/// <summary>Source link-layer option of a neighbour solicitation.</summary>
internal enum SolicitationOption
{
    None,
    Own,
    Foreign,
}

/// <summary>A packet in words; <see cref="FrameBuilder"/> makes octets of it, the naive evaluator judges the words.</summary>
internal sealed record Packet
{
    public const byte Icmp = 1, Tcp = 6, Udp = 17, IcmpV6 = 58;
    public const byte Fin = 1, Syn = 2, Rst = 4, Ack = 16;

    public required AttachPoint Point { get; init; }

    /// <summary>The workload that sends (FromEndpoint) or whose device it leaves by (ToEndpoint).</summary>
    public ushort Workload { get; init; }

    /// <summary>At ToEndpoint: it came from the node itself.</summary>
    public bool FromNode { get; init; }

    public required IPAddress Source { get; init; }

    public required IPAddress Destination { get; init; }

    public byte Protocol { get; init; } = Udp;

    public ushort SourcePort { get; init; }

    public ushort DestinationPort { get; init; }

    public byte TcpFlags { get; init; } = Syn;

    public byte IcmpType { get; init; }

    public byte IcmpCode { get; init; }

    public ushort IcmpId { get; init; }

    public byte Ttl { get; init; } = 64;

    public Flaw Flaw { get; init; }

    /// <summary>IPv4: words of options. IPv6: extension headers.</summary>
    public int Extras { get; init; }

    public FragmentPart Part { get; init; }

    public ushort FragmentId { get; init; }

    public Quote? Quote { get; init; }

    public Arp? Arp { get; init; }

    /// <summary>Of a neighbour solicitation.</summary>
    public IPAddress? SolicitedTarget { get; init; }

    public SolicitationOption Option { get; init; }

    public bool IsIPv6 => Source.AddressFamily == AddressFamily.InterNetworkV6;

    public bool IsIcmp => Protocol == (IsIPv6 ? IcmpV6 : Icmp);

    public override string ToString()
    {
        if (Arp is not null)
            return $"{Point} {Workload}: {Arp}{Text(Flaw != Flaw.None, Flaw)}";
        var what = Protocol switch
        {
            Tcp => $"TCP {SourcePort}>{DestinationPort} flags {TcpFlags}",
            Udp => $"UDP {SourcePort}>{DestinationPort}",
            _ when IsIcmp => $"ICMP type {IcmpType} code {IcmpCode} id {IcmpId}",
            _ => $"protocol {Protocol}",
        };
        return $"{Point} {Workload}{Text(FromNode, "from the node")}: {Source} > {Destination} {what}{Text(Ttl != 64, $"ttl {Ttl}")}{Text(Flaw != Flaw.None, Flaw)}{Text(Extras > 0, $"extras {Extras}")}" +
            $"{Text(Part != FragmentPart.Whole, $"{Part} fragment {FragmentId}")}{Text(Quote is not null, Quote!)}{Text(SolicitedTarget is not null, $"target {SolicitedTarget} option {Option}")}";
    }

    private static string Text(bool when, object what) => when ? $", {what}" : "";
}
