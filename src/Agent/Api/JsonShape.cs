using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Configuration;

namespace Cilium.Framework.Agent.Api;

/// <summary>Compares a JSON document with the type that it is read into, in words for people: the serializer's own speak of .NET types and stop at the first problem.</summary>
internal static class JsonShape
{
    /// <summary>Every problem, each with its path; empty when the document fits.</summary>
    public static IReadOnlyList<string> Check(JsonElement document, JsonTypeInfo type)
    {
        var problems = new List<string>();
        Check(document, type, "", problems);
        return problems;
    }

    private static void Check(JsonElement element, JsonTypeInfo type, string path, List<string> problems)
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object when element.ValueKind == JsonValueKind.Object:
                CheckMembers(element, type, path, problems);
                break;
            case JsonTypeInfoKind.Object:
                Add(element, path, "an object", problems);
                break;
            case JsonTypeInfoKind.Enumerable when element.ValueKind == JsonValueKind.Array:
                foreach (var (i, item) in element.EnumerateArray().Index())
                    Check(item, Of(type.ElementType!), $"{path}[{i}]", problems);
                break;
            case JsonTypeInfoKind.Enumerable:
                Add(element, path, "a list", problems);
                break;
            default:
                CheckValue(element, Nullable.GetUnderlyingType(type.Type) ?? type.Type, path, problems);
                break;
        }
    }

    private static void CheckMembers(JsonElement element, JsonTypeInfo type, string path, List<string> problems)
    {
        var names = type.Properties.Select(property => property.Name).ToList();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            var here = TextShown.Of(path.Length == 0 ? member.Name : $"{path}.{member.Name}");
            var known = type.Properties.FirstOrDefault(property => property.Name == member.Name);
            if (known is null)
                problems.Add($"{here}: is not a known field.{Known(member.Name, names)}");
            else if (!seen.Add(member.Name))
                problems.Add($"{here}: is given twice.");
            else if (member.Value.ValueKind != JsonValueKind.Null || !known.IsSetNullable)
                Check(member.Value, Of(known.PropertyType), here, problems);
        }
    }

    private static string Known(string name, IReadOnlyList<string> names) => NearestKey.Hint(name, names) is { Length: > 0 } hint ? hint : $" Known: {string.Join(", ", names)}.";

    private static void CheckValue(JsonElement element, Type type, string path, List<string> problems)
    {
        var (fits, accepted) = Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => (element.ValueKind is JsonValueKind.True or JsonValueKind.False, "true or false"),
            TypeCode.Int32 => (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out _), "a whole number"),
            TypeCode.String => (element.ValueKind == JsonValueKind.String, "a text"),
            _ => throw new NotSupportedException($"Requests hold no {type}."),
        };
        if (!fits)
            Add(element, path, accepted, problems);
    }

    private static void Add(JsonElement element, string path, string accepted, List<string> problems)
    {
        var shown = element.GetRawText();
        problems.Add($"{(path.Length == 0 ? "the body" : path)}: {(shown.Length > 60 ? shown[..60] + "..." : shown)} is not accepted. Accepted: {accepted}.");
    }

    private static JsonTypeInfo Of(Type type) => ApiJson.Default.GetTypeInfo(type) ?? throw new NotSupportedException($"{type} is not part of the API.");
}
