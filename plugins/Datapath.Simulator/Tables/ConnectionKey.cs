using Cilium.Framework.Datapath.Simulator.Packets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Tables;

/// <summary>A connection as its initiator's packets show it.</summary>
internal readonly record struct ConnectionKey(IpProtocol Protocol, Address Initiator, ushort InitiatorPort, Address Responder, ushort ResponderPort)
{
    public ConnectionKey Reversed => new(Protocol, Responder, ResponderPort, Initiator, InitiatorPort);
}
