namespace Cilium.Framework.Configuration;

/// <summary>Which endpoints policies are enforced for.</summary>
public enum PolicyEnforcement
{
    /// <summary>Those that a rule selects, per direction.</summary>
    Default,

    /// <summary>All, selected or not.</summary>
    Always,

    /// <summary>None.</summary>
    Never,
}
