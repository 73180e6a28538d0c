using Cilium.Framework.Datapath.Simulator.Judging;
using Cilium.Framework.Datapath.Simulator.Packets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Tables;

/// <summary>State of a connection, with the verdict that it lives by.</summary>
internal sealed class Connection(ConnectionKey key, FlowVerdict verdict)
{
    /// <summary>How long a connection is remembered after its last packet, in seconds (Cilium facts 9.10).</summary>
    private const int TcpLifetime = 21600, SynLifetime = 60, OtherLifetime = 60, CloseLifetime = 10;

    private bool _initiatorClosing;
    private bool _responderClosing;
    private bool _established;

    public ConnectionKey Key { get; } = key;

    /// <summary>The last judgement that let it pass.</summary>
    public FlowVerdict Verdict { get; set; } = verdict;

    /// <summary>Timestamp from which it is forgotten.</summary>
    public long Expires { get; private set; }

    public bool IsClosed => _initiatorClosing && _responderClosing;

    /// <summary>Such as <c>syn</c>, <c>established</c>, <c>closing</c>.</summary>
    public string State
    {
        get
        {
            if (Key.Protocol != IpProtocol.Tcp)
                return "open";
            if (_initiatorClosing || _responderClosing)
                return IsClosed ? "closed" : "closing";
            return _established ? "established" : "syn";
        }
    }

    /// <summary>True when the packet belongs to it: it has not expired, and no new connection begins under the same ports.</summary>
    public bool Owns(Packet packet, long now) => now < Expires && !(IsClosed && packet.OpensConnection);

    /// <summary>Moves on by a packet that passed.</summary>
    public void Advance(Packet packet, bool fromInitiator, SimulatorClock clock)
    {
        if (Key.Protocol == IpProtocol.Tcp && !packet.Is(PacketKind.LaterFragment))
        {
            _established |= !packet.Has(TcpFlags.Syn);
            _initiatorClosing |= packet.Has(TcpFlags.Rst) || (packet.Has(TcpFlags.Fin) && fromInitiator);
            _responderClosing |= packet.Has(TcpFlags.Rst) || (packet.Has(TcpFlags.Fin) && !fromInitiator);
        }

        Expires = clock.After(Lifetime());
    }

    private int Lifetime()
    {
        if (Key.Protocol != IpProtocol.Tcp)
            return OtherLifetime;
        if (IsClosed)
            return CloseLifetime;
        return _established ? TcpLifetime : SynLifetime;
    }
}
