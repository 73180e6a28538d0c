using System.Buffers.Binary;
using System.Net;
using Cilium.Framework.Datapath;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.References;

/// <summary>What the reference reads of a frame: IPv4 without options, IPv6 without extension headers, TCP and UDP.</summary>
internal sealed record MemoryPacket(MacAddress SourceMac, MemoryFlow Flow, byte TcpFlags, int Length)
{
    private const int EthernetBytes = 14, IPv4Bytes = 20, IPv6Bytes = 40, TcpBytes = 20, UdpBytes = 8;

    public PacketSummary Summary => new(Flow.Source, Flow.Destination, Flow.Protocol, Flow.SourcePort, Flow.DestinationPort, Length, TcpFlags);

    public static DropReason Read(ReadOnlySpan<byte> frame, out MemoryPacket? packet)
    {
        packet = null;
        var type = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]);
        var network = frame[EthernetBytes..];
        if (type is not (0x0800 or 0x86dd))
            return DropReason.UnsupportedL3;
        var (header, version) = type == 0x0800 ? (IPv4Bytes, 4) : (IPv6Bytes, 6);
        if (network.Length < header || network[0] >> 4 != version || (version == 4 && (network[0] & 15) != 5))
            return DropReason.InvalidPacket;
        if (version == 4 && (BinaryPrimitives.ReadUInt16BigEndian(network[6..]) & 0x3fff) != 0)
            return DropReason.FragmentNotTracked;
        var protocol = (IpProtocol)(version == 4 ? network[9] : network[6]);
        if (protocol is not (IpProtocol.Tcp or IpProtocol.Udp))
            return DropReason.UnknownL4Protocol;
        var payload = network[header..];
        if (payload.Length < (protocol == IpProtocol.Tcp ? TcpBytes : UdpBytes))
            return DropReason.TruncatedHeader;
        var source = version == 4 ? network[12..16] : network[8..24];
        var destination = version == 4 ? network[16..20] : network[24..40];
        packet = new(
            MacAddress.FromBytes(frame[6..12]),
            new(protocol, new IPAddress(source), BinaryPrimitives.ReadUInt16BigEndian(payload), new IPAddress(destination), BinaryPrimitives.ReadUInt16BigEndian(payload[2..])),
            protocol == IpProtocol.Tcp ? payload[13] : (byte)0,
            frame.Length);
        return DropReason.None;
    }

    /// <summary>The frame as it is handed to an endpoint: its addresses, one hop less.</summary>
    public static byte[] Deliver(ReadOnlySpan<byte> frame, EndpointRow to)
    {
        var sent = frame.ToArray();
        to.Mac.CopyTo(sent);
        to.HostMac.CopyTo(sent.AsSpan(6));
        var network = sent.AsSpan(EthernetBytes);
        if (network[0] >> 4 == 6)
        {
            network[7]--;
            return sent;
        }

        network[8]--;
        network[10..12].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(network[10..], Datapath.Frames.Checksum(network[..IPv4Bytes]));
        return sent;
    }
}
