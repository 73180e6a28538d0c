using Cilium.Framework.Errors;

namespace Cilium.Framework.Reconciliation;

/// <summary>What became of one item of a batch.</summary>
/// <param name="Error">Null when the row is realised; else what failed on which object, and what to do.</param>
/// <param name="Kind">Decides whether the row is tried again; meaningless when it is realised.</param>
public readonly record struct RowOutcome(string? Error, ErrorKind Kind)
{
    /// <summary>The row is realised: a packet that arrives from now on meets it.</summary>
    public static readonly RowOutcome Done = default;

    /// <summary>The row is not realised. What the target held before still stands.</summary>
    /// <param name="kind">Decides whether it is tried again.</param>
    /// <param name="error">What failed on which object, and what to do.</param>
    public static RowOutcome Failed(ErrorKind kind, string error)
    {
        ArgumentException.ThrowIfNullOrEmpty(error);
        return new(error, kind);
    }

    /// <summary>True when the row is realised.</summary>
    public bool IsDone => Error is null;
}
