using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Cilium.Framework.Lab.Servers;

/// <summary>Something that happened to a key.</summary>
/// <param name="Revision">When: what was written together has one revision.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">What was written; null: the key was removed.</param>
public sealed record EtcdChange(long Revision, string Key, string? Value)
{
    /// <summary>Reads an event of etcd's JSON interface, which leaves out what is empty.</summary>
    internal static EtcdChange Read(JsonNode change)
    {
        var pair = change["kv"]!;
        return new(
            long.Parse((string)pair["mod_revision"]!, CultureInfo.InvariantCulture),
            Text(pair["key"]),
            (string?)change["type"] == "DELETE" ? null : Text(pair["value"]));
    }

    private static string Text(JsonNode? bytes) => Encoding.UTF8.GetString(Convert.FromBase64String((string?)bytes ?? ""));
}
