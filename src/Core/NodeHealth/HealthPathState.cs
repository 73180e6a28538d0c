namespace Cilium.Framework.NodeHealth;

/// <summary>What the last probe of a path has shown.</summary>
public enum HealthPathState
{
    /// <summary>Not probed yet, or this node cannot probe it; then the row says why.</summary>
    Unknown,

    /// <summary>It answered.</summary>
    Reachable,

    /// <summary>It did not answer, or not as it should.</summary>
    Unreachable,
}
