using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cilium.Framework.Datapath.Bench;

/// <summary>What is printed with <c>--json</c>.</summary>
/// <param name="Flows">By name.</param>
/// <param name="Kernel">Release of the kernel.</param>
/// <param name="Conntrack">In what connections were kept: lru or table.</param>
/// <param name="Batches">Batches per flow, of 10,000 packets each.</param>
/// <param name="EventsReceived">By the reader that ran beside it.</param>
/// <param name="EventsLost">That it did not read in time.</param>
internal sealed record Report(IReadOnlyDictionary<string, FlowResult> Flows, string Kernel, string Conntrack, int Batches, long EventsReceived, ulong EventsLost)
{
    public string ToTable()
    {
        // F1w is measured by itself, with its own floor.
        var (unit, wide) = (Flows["floor+1"].MinNs, Flows["floor+1 (F1w)"].MinNs);
        var lines = Flows.Select(flow => string.Create(CultureInfo.InvariantCulture, $"{flow.Key,-14} {flow.Value.MinNs,7} {flow.Value.MedNs,7} {(double)flow.Value.MinNs / (flow.Key.Contains("F1w", StringComparison.Ordinal) ? wide : unit),7:0.00}"));
        return string.Join(Environment.NewLine, [$"{"flow",-14} {"min ns",7} {"med ns",7} {"ratio",7}", .. lines]);
    }
}

/// <summary>Nanoseconds per packet.</summary>
/// <param name="MinNs">Fastest batch.</param>
/// <param name="MedNs">Median batch.</param>
internal sealed record FlowResult(uint MinNs, uint MedNs)
{
    public static FlowResult Of(IEnumerable<uint> samples)
    {
        uint[] sorted = [.. samples.Order()];
        return new(sorted[0], sorted[sorted.Length / 2]);
    }
}

/// <summary>Serialises the report.</summary>
[JsonSerializable(typeof(Report))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    /// <summary>Names as they are: "floor+1" needs no escape outside HTML.</summary>
    public static readonly ReportJson Plain = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
