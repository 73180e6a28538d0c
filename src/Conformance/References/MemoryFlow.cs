using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.References;

/// <summary>Both ends of a packet or connection.</summary>
internal sealed record MemoryFlow(IpProtocol Protocol, IPAddress Source, ushort SourcePort, IPAddress Destination, ushort DestinationPort)
{
    public MemoryFlow Reversed => new(Protocol, Destination, DestinationPort, Source, SourcePort);
}
