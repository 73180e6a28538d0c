namespace Cilium.Framework.Endpoints;

/// <summary>States of Cilium 1.2 (facts 9.3), projected from what is realised.</summary>
public enum EndpointState
{
    /// <summary>Its labels have no number yet; it drops everything.</summary>
    WaitingForIdentity,

    /// <summary>A policy is about to be realised for it.</summary>
    WaitingToRegenerate,

    /// <summary>Its policy is being realised; until then the last realised one holds, or it drops everything.</summary>
    Regenerating,

    /// <summary>Taken over from an earlier process, not confirmed yet; what was realised then holds.</summary>
    Restoring,

    /// <summary>Its policy is realised.</summary>
    Ready,

    /// <summary>It cannot be realised as it is; the message says why.</summary>
    NotReady,

    /// <summary>It is being removed.</summary>
    Disconnecting,
}
