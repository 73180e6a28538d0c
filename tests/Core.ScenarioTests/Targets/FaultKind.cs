namespace Cilium.Framework.Core.ScenarioTests.Targets;

/// <summary>How a target fails.</summary>
public enum FaultKind
{
    /// <summary>It answers that one row is not realised.</summary>
    Refuses,

    /// <summary>It throws after a part of the batch; which part is drawn.</summary>
    Throws,
}
