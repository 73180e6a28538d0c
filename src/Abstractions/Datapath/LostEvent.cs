namespace Cilium.Framework.Datapath;

/// <summary>Events were lost because nobody read them in time.</summary>
public sealed record LostEvent : DatapathEvent
{
    /// <summary>How many.</summary>
    public required ulong Count { get; init; }
}
