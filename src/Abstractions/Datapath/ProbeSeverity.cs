namespace Cilium.Framework.Datapath;

/// <summary>What a finding costs.</summary>
public enum ProbeSeverity
{
    /// <summary>Good to know.</summary>
    Info,

    /// <summary>Works, but something is lost; the text says what.</summary>
    Warning,

    /// <summary>The datapath cannot start; the text says what to do.</summary>
    Fatal,
}
