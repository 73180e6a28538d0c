using System.Text.Json.Nodes;

namespace Cilium.Framework.Oracles.Naive;

/// <summary>Reads a label selector of a document against labels, requirement by requirement.</summary>
internal static class Selector
{
    public const string NamespaceKey = "io.kubernetes.pod.namespace";

    public static bool Matches(JsonNode selector, IReadOnlyList<string> labels, Func<string, bool>? ignore = null)
    {
        foreach (var (key, value) in selector["matchLabels"]?.AsObject() ?? [])
        {
            if (ignore?.Invoke(key) != true && !Find(key, labels).Contains((string)value!))
                return false;
        }

        foreach (var expression in selector["matchExpressions"]?.AsArray() ?? [])
        {
            if (ignore?.Invoke((string)expression!["key"]!) != true && !Holds(expression!, labels))
                return false;
        }

        return true;
    }

    /// <summary>Keys that the selector names, with and without a source.</summary>
    public static IEnumerable<(string? Source, string Key)> Keys(JsonNode selector) =>
        (selector["matchLabels"]?.AsObject().Select(pair => pair.Key) ?? []).Concat(selector["matchExpressions"]?.AsArray().Select(expression => (string)expression!["key"]!) ?? []).Select(Split);

    /// <summary>Keys that the selector asks for; "not init" asks for nothing.</summary>
    public static IEnumerable<(string? Source, string Key)> AskedKeys(JsonNode selector) =>
        (selector["matchLabels"]?.AsObject().Select(pair => pair.Key) ?? [])
            .Concat(selector["matchExpressions"]?.AsArray().Where(expression => (string)expression!["operator"]! is "In" or "Exists").Select(expression => (string)expression!["key"]!) ?? []).Select(Split);

    private static bool Holds(JsonNode expression, IReadOnlyList<string> labels)
    {
        var found = Find((string)expression["key"]!, labels);
        var values = expression["values"]?.AsArray().Select(item => (string)item!).ToList() ?? [];
        return (string)expression["operator"]! switch
        {
            "In" => found.Any(values.Contains),
            "NotIn" => !found.Any(values.Contains),
            "Exists" => found.Count > 0,
            "DoesNotExist" => found.Count == 0,
            var other => throw new InvalidOperationException(other),
        };
    }

    /// <summary>The values of a label; several when several sources give it.</summary>
    private static List<string> Find(string written, IReadOnlyList<string> labels)
    {
        var (source, key) = Split(written);
        var values = new List<string>();
        foreach (var label in labels)
        {
            var colon = label.IndexOf(':', StringComparison.Ordinal);
            var equals = label.IndexOf('=', StringComparison.Ordinal);
            var (itsSource, itsKey, itsValue) = (label[..colon], equals < 0 ? label[(colon + 1)..] : label[(colon + 1)..equals], equals < 0 ? "" : label[(equals + 1)..]);
            if (itsKey == key && (source is null || source == itsSource))
                values.Add(itsValue);
        }

        return values;
    }

    private static (string? Source, string Key) Split(string written)
    {
        var at = written.IndexOf(':', StringComparison.Ordinal);
        if (at < 0)
            return (null, written);
        return (written[..at] == "any" ? null : written[..at], written[(at + 1)..]);
    }
}
