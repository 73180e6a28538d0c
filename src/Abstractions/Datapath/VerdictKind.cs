namespace Cilium.Framework.Datapath;

/// <summary>What becomes of a packet.</summary>
public enum VerdictKind
{
    /// <summary>Dropped.</summary>
    Drop,

    /// <summary>Delivered to an endpoint of this node.</summary>
    ToEndpoint,

    /// <summary>Handed to the node's stack.</summary>
    ToStack,

    /// <summary>Answered by the datapath itself (ARP, neighbour discovery).</summary>
    Answered,

    /// <summary>Consumed without a drop (duplicate address detection, multicast listener reports).</summary>
    Consumed,

    /// <summary>Wrapped and sent to the node that has the destination.</summary>
    ToOverlay,
}
