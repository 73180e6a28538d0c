using Cilium.Framework.Datapath.Simulator.Packets;
using Cilium.Framework.Datapath.Simulator.Tables;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Judging;

/// <summary>What is judged: who wants to talk to whom, seen from the first packet.</summary>
/// <param name="Port">Of the responder; 0 for protocols without ports.</param>
/// <param name="GivenIdentity">Of an initiator that is no endpoint here; unknown: its address decides.</param>
internal readonly record struct Flow(Address Initiator, Address Responder, IpProtocol Protocol, ushort Port, NumericIdentity GivenIdentity)
{
    public static Flow Of(ConnectionKey connection, NumericIdentity given = default)
    {
        var hasPorts = connection.Protocol is IpProtocol.Tcp or IpProtocol.Udp;
        return new(connection.Initiator, connection.Responder, connection.Protocol, hasPorts ? connection.ResponderPort : (ushort)0, given);
    }
}
