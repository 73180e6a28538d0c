namespace Cilium.Framework.Conformance.Faults;

/// <summary>How a call goes wrong.</summary>
public enum FaultKind
{
    /// <summary>It throws, and nothing was done.</summary>
    Fails,

    /// <summary>It is carried out, and then throws: the answer is lost.</summary>
    FailsAfterwards,

    /// <summary>It does not return until its token is cancelled or the faults are cleared.</summary>
    Hangs,

    /// <summary>Of a sequence or a batch: one event is left out, or one row is refused.</summary>
    LosesOne,
}
