using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;

namespace Cilium.Framework.Kvstore.Bench;

/// <summary>What is printed with <c>--json</c>: for each part its figures by store.</summary>
internal sealed record Report
{
    public Dictionary<string, AllocateFigures>? Allocate { get; set; }

    public Dictionary<string, ListFigures>? List { get; set; }

    public Dictionary<string, WatchFigures>? Watch { get; set; }

    /// <summary>The same for people; goals as in the issue.</summary>
    public string ToTable()
    {
        var text = new StringBuilder($"{"figure",-46} {"measured",12} {"raw",12} {"ratio",7} {"goal",10}\n");
        foreach (var (store, figures) in Allocate ?? [])
            Line($"{store}: new label sets, 32 callers, 1/s", figures.PerSecond, "0", figures.RawPerSecond, figures.Ratio, store == "etcd" ? (">= 0.7", figures.Ratio >= 0.7) : null);
        foreach (var (store, figures) in List ?? [])
        {
            Line($"{store}: list of 100,000 addresses into a table, s", figures.Seconds, "0.000", figures.RawSeconds, figures.Ratio, ("<= 1.5", figures.Ratio <= 1.5));
            Line($"{store}: resident memory that it needs, MB", figures.ResidentMegabytes, "0", null, null, ("<= 150", figures.ResidentMegabytes <= 150));
            Line($"{store}: of that managed, MB", figures.ManagedMegabytes, "0", null, null, null);
        }

        foreach (var (store, figures) in Watch ?? [])
        {
            Line($"{store}: updates written, 1/s", figures.PerSecond, "0", null, null, ("10000", figures.PerSecond >= 9_900));
            Line($"{store}: lag behind the acknowledgement, p50, ms", figures.MedianLagMilliseconds, "0.0", null, null, null);
            Line($"{store}: the highest, ms", figures.HighestLagMilliseconds, "0.0", null, null, null);
            Line($"{store}: of the last update, ms", figures.FinalLagMilliseconds, "0.0", null, null, null);
            Line($"{store}: rows behind at the end", figures.RowsBehind, "0", null, null, null);
        }

        return text.ToString().TrimEnd();

        void Line(string what, double measured, string format, double? raw, double? ratio, (string Text, bool Met)? goal) => text.Append(string.Create(
            CultureInfo.InvariantCulture,
            $"{what,-46} {measured.ToString(format, CultureInfo.InvariantCulture),12} {raw?.ToString(format, CultureInfo.InvariantCulture),12} {(ratio is { } r ? r.ToString("0.00", CultureInfo.InvariantCulture) : ""),7} {goal?.Text,10}{(goal is { Met: false } ? "  missed" : "")}\n"));
    }
}

/// <summary>Medians of the rounds.</summary>
/// <param name="PerSecond">New label sets that got a number.</param>
/// <param name="RawPerSecond">Transactions of two puts.</param>
/// <param name="Ratio">Of the two.</param>
internal sealed record AllocateFigures(double PerSecond, double RawPerSecond, double Ratio);

/// <summary>Medians of the rounds, each in a process of its own.</summary>
/// <param name="Seconds">From opening the watch until the table holds every row and is told so.</param>
/// <param name="RawSeconds">The same keys read and decoded, nothing more.</param>
/// <param name="Ratio">Of the two.</param>
internal sealed record ListFigures(double Seconds, double RawSeconds, double Ratio)
{
    /// <summary>Growth of the process (VmRSS) from before to after, garbage collected, in 10^6 octets. Told in the table.</summary>
    [JsonIgnore]
    public double ResidentMegabytes { get; init; }

    /// <summary>Growth of the managed heap, likewise.</summary>
    [JsonIgnore]
    public double ManagedMegabytes { get; init; }
}

/// <summary>A stream of updates into a table.</summary>
/// <param name="PerSecond">Rows written and acknowledged.</param>
/// <param name="MedianLagMilliseconds">From the acknowledgement of a transaction until the table shows it; 0: it did already.</param>
/// <param name="HighestLagMilliseconds">The longest of them.</param>
/// <param name="FinalLagMilliseconds">That of the last transaction.</param>
/// <param name="RowsBehind">Acknowledged and not in the table when the last transaction was acknowledged, its own rows included.</param>
internal sealed record WatchFigures(double PerSecond, double MedianLagMilliseconds, double HighestLagMilliseconds, double FinalLagMilliseconds, int RowsBehind);

/// <summary>Serialises the report, and what a process of its own has measured.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Report))]
[JsonSerializable(typeof(Listing.Listed))]
internal sealed partial class ReportJson : JsonSerializerContext;
