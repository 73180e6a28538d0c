using System.Text.Json.Serialization;

namespace Cilium.Framework.Demo;

/// <summary>One attempt: what was expected, what was seen, and which rule decided.</summary>
internal sealed record Check
{
    public required string From { get; init; }

    public required string To { get; init; }

    public required string Port { get; init; }

    public required string Protocol { get; init; }

    /// <summary>IPv4 or IPv6; <c>-</c> where no packet was sent: what one node knows was compared with another.</summary>
    public required string Family { get; init; }

    public required string Expected { get; init; }

    public required string Seen { get; init; }

    /// <summary>The deciding rule, as the datapath reported it.</summary>
    public required string Rule { get; init; }

    public bool AsExpected => Expected == Seen;

    /// <summary>What was sent, such as <c>TCP/80 v4</c>, or compared.</summary>
    [JsonIgnore]
    public string What => Family == "-" ? Protocol : $"{Protocol}{(Port == "-" ? "" : "/" + Port)} {Family[2..]}";

    /// <summary>In one line, while the demo runs.</summary>
    [JsonIgnore]
    public string Line => $"{(AsExpected ? "ok  " : "FAIL")} {From} -> {(Family == "-" ? $"{To} {Protocol}" : $"{To}:{Port} {Protocol} {Family}")} {Seen}";
}

/// <summary>The demo's result.</summary>
/// <param name="Checks">In the order in which they were made.</param>
/// <param name="Passed">How many were as expected.</param>
/// <param name="Total">How many.</param>
internal sealed record Report(IReadOnlyList<Check> Checks, int Passed, int Total);

/// <summary>JSON of <see cref="Report"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(Report))]
internal sealed partial class ReportJson : JsonSerializerContext;
