using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;

namespace Cilium.Framework.Fuzz;

/// <summary>What became of one kind of input.</summary>
/// <param name="Kind">Such as <c>policies</c>.</param>
/// <param name="Cases">Inputs that were tried.</param>
/// <param name="Accepted">Of them, those that were taken as good.</param>
/// <param name="SlowestMilliseconds">The slowest answer.</param>
/// <param name="Findings">What must not happen and did, each with the file of the corpus that shows it.</param>
/// <param name="Note">What was left out.</param>
internal sealed record FuzzResult(string Kind, long Cases, long Accepted, double SlowestMilliseconds, IReadOnlyList<string> Findings, string Note = "")
{
    public static string Table(IReadOnlyList<FuzzResult> results, int seed)
    {
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"seed {seed}").AppendLine("| input | cases | accepted | slowest, ms | findings | |").AppendLine("|---|---|---|---|---|---|");
        foreach (var result in results)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {result.Kind} | {result.Cases} | {result.Accepted} | {result.SlowestMilliseconds:0.0} | {result.Findings.Count} | {result.Note} |");
        foreach (var finding in results.SelectMany(result => result.Findings))
            text.AppendLine(finding);
        return text.ToString();
    }
}

[JsonSerializable(typeof(IReadOnlyList<FuzzResult>))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class FuzzJson : JsonSerializerContext;
