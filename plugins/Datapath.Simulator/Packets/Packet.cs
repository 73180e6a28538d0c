using System.Net;
using Cilium.Framework.Datapath.Simulator.Tables;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Packets;

/// <summary>A frame, what was read of it, and what judging it has found out.</summary>
internal sealed class Packet(ReadOnlyMemory<byte> frame)
{
    public ReadOnlyMemory<byte> Frame { get; } = frame;

    public int Length => Frame.Length;

    /// <summary>Null until they are known.</summary>
    public Address? SourceAddress { get; set; }

    public Address? DestinationAddress { get; set; }

    public bool HasAddresses => SourceAddress is not null;

    public Address Source => SourceAddress!.Value;

    public Address Destination => DestinationAddress!.Value;

    public byte Protocol { get; set; }

    /// <summary>Of an echo, the identifier stands on the asker's side and the other port is 0.</summary>
    public ushort SourcePort { get; set; }

    public ushort DestinationPort { get; set; }

    public TcpFlags TcpFlags { get; set; }

    public PacketKind Kind { get; set; }

    public byte IcmpType { get; set; }

    public byte IcmpCode { get; set; }

    /// <summary>Where the L4 header begins in the frame.</summary>
    public int L4Offset { get; set; }

    public uint FragmentId { get; set; }

    /// <summary>Protocol as the IP or fragment header names it.</summary>
    public byte FragmentProtocol { get; set; }

    /// <summary>Identity of the source that the program before has left; unknown: the address decides.</summary>
    public NumericIdentity GivenIdentity { get; init; }

    /// <summary>Device on which it is judged; 0 when it stands for none.</summary>
    public int IfIndex { get; init; }

    /// <summary>Direction whose policy decided.</summary>
    public TrafficDirection Direction { get; set; }

    public NumericIdentity SourceIdentity { get; set; }

    public NumericIdentity DestinationIdentity { get; set; }

    /// <summary>0: not of this node.</summary>
    public ushort SourceEndpoint { get; set; }

    public ushort DestinationEndpoint { get; set; }

    /// <summary>The node that carries the destination, through the overlay; null: none does.</summary>
    public IPAddress? Node { get; set; }

    /// <summary>The rule section that decided.</summary>
    public RuleCookie Rule { get; set; }

    public IpProtocol IpProtocol => (IpProtocol)Protocol;

    public ConnectionKey Connection => new(IpProtocol, Source, SourcePort, Destination, DestinationPort);

    public FragmentKey Fragment => new(Source, Destination, FragmentId, FragmentProtocol);

    /// <summary>A SYN alone.</summary>
    public bool OpensConnection => (TcpFlags & (TcpFlags.Syn | TcpFlags.Ack | TcpFlags.Rst | TcpFlags.Fin)) == TcpFlags.Syn;

    public bool Is(PacketKind kind) => (Kind & kind) != 0;

    public bool Has(TcpFlags flag) => (TcpFlags & flag) != 0;

    /// <summary>What an event tells of it: an ICMP packet's identifier, type and code take the place of ports.</summary>
    public PacketSummary Summary()
    {
        var isIcmp = IpProtocol is IpProtocol.Icmp or IpProtocol.IcmpV6;
        return new(
            SourceAddress?.ToIPAddress(),
            DestinationAddress?.ToIPAddress(),
            IpProtocol,
            isIcmp ? (ushort)(SourcePort | DestinationPort) : SourcePort,
            isIcmp ? (ushort)((IcmpType << 8) | IcmpCode) : DestinationPort,
            Length,
            (byte)TcpFlags);
    }
}
