namespace Cilium.Framework.Errors;

/// <summary>The environment failed: a kernel, a server, a file. The text says what failed on which object, the offending value, what would be accepted and what to do.</summary>
public class CiliumException : Exception
{
    /// <summary>A failure with its kind and full text.</summary>
    /// <param name="kind">Decides whether the operation is tried again.</param>
    /// <param name="message">What failed, on which object, why, and what to do.</param>
    /// <param name="innerException">What the environment said, when it said it by an exception.</param>
    public CiliumException(ErrorKind kind, string message, Exception? innerException = null)
        : base(message, innerException) => Kind = kind;

    /// <summary>Decides whether the operation is tried again.</summary>
    public ErrorKind Kind { get; }
}
