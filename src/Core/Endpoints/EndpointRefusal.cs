namespace Cilium.Framework.Endpoints;

/// <summary>Why an endpoint was not taken.</summary>
public enum EndpointRefusal
{
    /// <summary>The request is wrong as it stands.</summary>
    Invalid,

    /// <summary>Number, container id, address or device belong to another endpoint.</summary>
    Conflict,

    /// <summary>All numbers are taken.</summary>
    Exhausted,
}
