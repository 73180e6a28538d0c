using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath;

/// <summary>Something that happened to one packet.</summary>
public abstract record PacketEvent : DatapathEvent
{
    /// <summary>Endpoint of this node that sent it; 0 when none.</summary>
    public required ushort SourceEndpoint { get; init; }

    /// <summary>Endpoint of this node that it is for; 0 when none or unknown.</summary>
    public required ushort DestinationEndpoint { get; init; }

    /// <summary>Identity of the sender.</summary>
    public required NumericIdentity SourceIdentity { get; init; }

    /// <summary>Identity of the receiver; unknown when it was not resolved.</summary>
    public required NumericIdentity DestinationIdentity { get; init; }

    /// <summary>Direction whose policy decided.</summary>
    public required TrafficDirection Direction { get; init; }

    /// <summary>The rule section that decided; <see cref="RuleCookie.None"/> when nothing matched or policy was not asked.</summary>
    public RuleCookie Rule { get; init; }

    /// <summary>Device on which the packet was judged.</summary>
    public required int IfIndex { get; init; }

    /// <summary>What the packet was.</summary>
    public required PacketSummary Packet { get; init; }

    /// <summary>It was waiting when the reader started: from the time without an agent.</summary>
    public bool FromBefore { get; init; }
}
