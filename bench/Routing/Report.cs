using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Cilium.Framework.Routing.Bench.Scale;

namespace Cilium.Framework.Routing.Bench;

/// <summary>What is printed with <c>--json</c>: for each routing its ratios by load.</summary>
internal sealed class Report : Dictionary<string, Dictionary<string, Ratios>>
{
    /// <summary>At least, as the issue "Many nodes" has it.</summary>
    private const double Goal = 0.95;

    /// <summary>The same for people.</summary>
    public string ToTable()
    {
        var text = new StringBuilder($"{"path",-14} {"ours",13} {"kernel's own",13} {"ratio",6} {"lower90",8} {"pairs",6}   softirq per packet, us\n");
        foreach (var (routing, loads) in this)
        {
            foreach (var (load, ratios) in loads)
            {
                text.Append(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{routing + " " + load,-14} {Rate(load, ratios.Ours),13} {Rate(load, ratios.Plain),13} {ratios.Ratio,6:0.00} {ratios.Lower90,8:0.00} {ratios.Pairs,6}   {ratios.Softirq.Ours:0.00} / {ratios.Softirq.Plain:0.00}{(ratios.Lower90 < Goal ? "   missed" : "")}\n"));
            }
        }

        return text.ToString().TrimEnd();
    }

    private static string Rate(string load, double perSecond) => load.StartsWith("udp", StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"{perSecond / 1000:0} k/s")
        : string.Create(CultureInfo.InvariantCulture, $"{perSecond / 1e9:0.00} Gbit/s");
}

/// <summary>Serialises the report.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(Report))]
[JsonSerializable(typeof(Dictionary<string, ScaleFigures>), TypeInfoPropertyName = "Scales")]
internal sealed partial class ReportJson : JsonSerializerContext;
