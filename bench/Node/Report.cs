using System.Globalization;
using System.Text.Json.Serialization;

namespace Cilium.Framework.Node.Bench;

/// <summary>What is printed with <c>--json</c>; goals as in issue "Make the first line trustworthy and fast".</summary>
/// <param name="Figures">By name.</param>
internal sealed record Report(IReadOnlyList<Figure> Figures)
{
    public string ToTable() => string.Join(
        Environment.NewLine,
        [$"{"figure",-52} {"measured",12} {"goal",10}", .. Figures.Select(figure => string.Create(CultureInfo.InvariantCulture, $"{figure.Name,-52} {figure.Value,8:0.0} {figure.Unit,-3} {(figure.Goal is { } goal ? $"{goal:0.0}" : ""),10}{(figure.Value > figure.Goal ? "  missed" : "")}"))]);
}

/// <summary>One figure.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">In <paramref name="Unit"/>.</param>
/// <param name="Unit">ms, s, MB, %.</param>
/// <param name="Goal">At most; null: none.</param>
internal sealed record Figure(string Name, double Value, string Unit, double? Goal);

/// <summary>Serialises the report.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(Report))]
internal sealed partial class ReportJson : JsonSerializerContext;
