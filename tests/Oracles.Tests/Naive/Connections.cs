using System.Net;
using Cilium.Framework.Oracles.Cases;

namespace Cilium.Framework.Oracles.Naive;

/// <summary>A flow as its first packet went. An echo's identifier stands at the asker's port.</summary>
internal sealed record Flow(IPAddress Initiator, ushort InitiatorPort, IPAddress Responder, ushort ResponderPort, byte Protocol)
{
    public Flow Reversed => new(Responder, ResponderPort, Initiator, InitiatorPort, Protocol);
}

/// <summary>A connection that was allowed once. It stays, also while it is denied, so that replies are judged as it began.</summary>
/// <param name="Flow">As it began.</param>
/// <param name="ByNode">The node itself began it.</param>
internal sealed record Connection(Flow Flow, bool ByNode)
{
    private bool _initiatorEnded;
    private bool _responderEnded;

    public bool IsClosed => _initiatorEnded && _responderEnded;

    public void Note(Flow flow, Packet packet)
    {
        if (packet.Protocol != Packet.Tcp || packet.Part == FragmentPart.Later)
            return;
        var reset = (packet.TcpFlags & Packet.Rst) != 0;
        var ended = reset || (packet.TcpFlags & Packet.Fin) != 0;
        _initiatorEnded |= reset || (ended && flow == Flow);
        _responderEnded |= reset || (ended && flow != Flow);
    }
}

/// <summary>Every connection, in a plain list.</summary>
internal sealed class Connections
{
    private readonly List<Connection> _all = [];

    public Connection? Find(Flow flow) => _all.FirstOrDefault(connection => connection.Flow == flow || connection.Flow == flow.Reversed);

    public Connection Begin(Flow flow, bool byNode)
    {
        _all.RemoveAll(old => old.Flow == flow || old.Flow == flow.Reversed);
        var connection = new Connection(flow, byNode);
        _all.Add(connection);
        return connection;
    }
}
