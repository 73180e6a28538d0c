namespace Cilium.Framework.Configuration;

/// <summary>Whether the node reaches its own endpoints without a rule.</summary>
public enum AllowLocalhost
{
    /// <summary>As an orchestrator needs it; without one the same as <see cref="Policy"/>.</summary>
    Auto,

    /// <summary>Always.</summary>
    Always,

    /// <summary>Only as policies say.</summary>
    Policy,
}
