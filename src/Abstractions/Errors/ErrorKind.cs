namespace Cilium.Framework.Errors;

/// <summary>Why an operation on the environment failed. The kind alone decides whether it is tried again.</summary>
public enum ErrorKind
{
    /// <summary>The other side does not answer or refuses for now. Retried with growing pauses.</summary>
    Unavailable,

    /// <summary>A table, pool or quota is full. Retried with growing pauses; somebody has to make room.</summary>
    Exhausted,

    /// <summary>Somebody else changed or owns the object. Retried after it has been read again.</summary>
    Conflict,

    /// <summary>The request can never succeed as it stands. Not retried until the request changes.</summary>
    Invalid,

    /// <summary>This backend, kernel or server cannot do it. Not retried until the request changes.</summary>
    Unsupported,

    /// <summary>The caller lacks a permission or capability. Retried slowly: an operator may grant it.</summary>
    Denied,

    /// <summary>A defect of the backend itself. Retried with growing pauses and reported as degraded health.</summary>
    Internal,
}
