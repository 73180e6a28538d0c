namespace Cilium.Framework.Datapath;

/// <summary>Something that the datapath reports.</summary>
public abstract record DatapathEvent
{
    /// <summary>When it happened, as exactly as the datapath knows.</summary>
    public required DateTimeOffset Time { get; init; }
}
