namespace Cilium.Framework.Health;

/// <summary>How well a component does its job.</summary>
public enum HealthLevel
{
    /// <summary>Does its job.</summary>
    Ok,

    /// <summary>Works with loss or delay and retries by itself; the text says what is lost.</summary>
    Degraded,

    /// <summary>Stopped on purpose.</summary>
    Stopped,
}
