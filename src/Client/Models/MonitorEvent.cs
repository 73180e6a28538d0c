namespace Cilium.Framework.Client.Models;

/// <summary>One event of the stream. Fields that do not apply are left out.</summary>
public sealed record MonitorEvent
{
    /// <summary>drop, trace, agent, lost or backlog.</summary>
    public required string Type { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>The event in one line of words.</summary>
    public required string Summary { get; init; }

    public int Reason { get; init; }

    public string? ReasonText { get; init; }

    public int SourceEndpoint { get; init; }

    public int DestinationEndpoint { get; init; }

    public long SourceIdentity { get; init; }

    public long DestinationIdentity { get; init; }

    public string? Source { get; init; }

    public string? Destination { get; init; }

    /// <summary>Of protocols that have ports.</summary>
    public int? SourcePort { get; init; }

    public int? DestinationPort { get; init; }

    /// <summary>Of ICMP and ICMPv6.</summary>
    public int? IcmpType { get; init; }

    public int? IcmpCode { get; init; }

    /// <summary>The identifier of echo requests and replies.</summary>
    public int? IcmpId { get; init; }

    public string? Protocol { get; init; }

    /// <summary>The rule section that decided, or the nearest that did not match.</summary>
    public string? Rule { get; init; }

    public string? Direction { get; init; }

    public int IfIndex { get; init; }

    public int Length { get; init; }

    /// <summary>Further events of the same kind that were only counted; for lost and backlog the number of events.</summary>
    public long Count { get; init; }

    public bool FromBefore { get; init; }
}
