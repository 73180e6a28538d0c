using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Cilium.Framework.Oracles.Cases;

/// <summary>A policy document as a tree, and as the text that the agent is given.</summary>
/// <param name="Document">The tree; never changed.</param>
/// <param name="IsJson">Given as JSON; otherwise as YAML.</param>
internal sealed record PolicyText(JsonObject Document, bool IsJson)
{
    public string Name => (string)Document["metadata"]!["name"]!;

    /// <summary>Empty: none.</summary>
    public string Namespace => (string?)Document["metadata"]!["namespace"] ?? "";

    public string Text => IsJson ? Document.ToJsonString() : Yaml();

    private string Yaml()
    {
        var text = new StringBuilder();
        Write(text, Document, 0);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonNode? node, int depth)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } map:
                foreach (var (key, value) in map)
                    Write(Indent(text, depth).Append('"').Append(key).Append("\":").Append(End(value)), value, depth + 1);
                break;
            case JsonArray { Count: > 0 } list:
                foreach (var item in list)
                    Write(Indent(text, depth).Append('-').Append(End(item)), item, depth + 1);
                break;
        }
    }

    private static string End(JsonNode? value) => value switch
    {
        JsonObject { Count: > 0 } or JsonArray { Count: > 0 } => "\n",
        _ => string.Create(CultureInfo.InvariantCulture, $" {value!.ToJsonString()}\n"),
    };

    private static StringBuilder Indent(StringBuilder text, int depth) => text.Append(' ', 2 * depth);
}
