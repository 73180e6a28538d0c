using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath;

/// <summary>What an event tells of its packet.</summary>
/// <param name="Source">Source address; null for packets that are not IP.</param>
/// <param name="Destination">Destination address; null for packets that are not IP.</param>
/// <param name="Protocol">IP protocol.</param>
/// <param name="SourcePort">Source port; for ICMP the identifier; else 0.</param>
/// <param name="DestinationPort">Destination port; for ICMP the type times 256 plus the code; else 0.</param>
/// <param name="Length">Bytes of the frame.</param>
/// <param name="TcpFlags">Flag byte of the TCP header; 0 otherwise.</param>
public sealed record PacketSummary(IPAddress? Source, IPAddress? Destination, IpProtocol Protocol, ushort SourcePort, ushort DestinationPort, int Length, byte TcpFlags);
