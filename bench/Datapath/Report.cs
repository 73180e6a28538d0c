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
/// <param name="Connections">What connections cost beside time; null: not measured.</param>
internal sealed record Report(
    IReadOnlyDictionary<string, FlowResult> Flows, string Kernel, string Conntrack, int Batches, long EventsReceived, ulong EventsLost, ConnectionFigures? Connections)
{
    private const int ManyConnections = 1_000_000, ManyAddresses = 100_000;
    private const string Unit = "floor+1";

    public static Report Measure(Options options)
    {
        var usual = Measurement.Run(options.Rounds, new(options.Table, FixtureSetup.UsualConnections), (fixture, harness, quiet) =>
        {
            fixture.AddOtherConnections(FixtureSetup.UsualConnections);
            return [.. Bench.Flows.Create(fixture, harness, quiet).Where(flow => options.Wants(flow.Name))];
        });
        var all = usual.Flows.ToDictionary();
        ConnectionFigures? connections = null;
        if (options.Wants(Bench.Flows.Many))
        {
            var wide = Measurement.Run(
                options.Rounds, new(options.Table, ManyConnections), (fixture, harness, _) => Bench.Flows.Wide(fixture, harness, ManyConnections), fixture => connections = ConnectionFigures.Of(fixture));
            AddAlone(all, Bench.Flows.Many, wide);
        }

        if (options.Wants(Bench.Flows.Remote))
            AddAlone(all, Bench.Flows.Remote, Measurement.Run(options.Rounds, new(options.Table, FixtureSetup.UsualConnections, ManyAddresses), (fixture, harness, _) => Bench.Flows.Overlay(fixture, harness)));

        return new(all, Environment.OSVersion.Version.ToString(), options.Table ? "table" : "lru", options.Rounds, usual.EventsReceived, usual.EventsLost, connections);
    }

    public string ToTable()
    {
        var lines = Flows.Select(flow => string.Create(CultureInfo.InvariantCulture, $"{flow.Key,-14} {flow.Value.MinNs,7} {flow.Value.MedNs,7} {Ratio(flow.Key, flow.Value),7}"));
        return string.Join(Environment.NewLine, [$"{"flow",-14} {"min ns",7} {"med ns",7} {"ratio",7}", .. lines, Connections?.ToText(Conntrack == "table") ?? ""]);
    }

    /// <summary>What is measured by itself has its own floor.</summary>
    private static void AddAlone(Dictionary<string, FlowResult> all, string flow, Outcome outcome)
    {
        foreach (var (name, result) in outcome.Flows)
            all[name is "floor" or Unit ? name + Of(flow) : name] = result;
    }

    private static string Of(string flow) => $" ({flow})";

    private string Ratio(string name, FlowResult result)
    {
        var alone = new[] { Bench.Flows.Many, Bench.Flows.Remote }.FirstOrDefault(flow => name == flow || name.EndsWith(Of(flow), StringComparison.Ordinal));
        return Flows.GetValueOrDefault(alone is null ? Unit : Unit + Of(alone)) is { } unit ? ((double)result.MinNs / unit.MinNs).ToString("0.00", CultureInfo.InvariantCulture) : "";
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
