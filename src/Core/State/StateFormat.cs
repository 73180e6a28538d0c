using System.Text.Json;

namespace Cilium.Framework.State;

/// <summary>The number of a state file's format: its first property, so that it can be read whatever else a newer version wrote.</summary>
public static class StateFormat
{
    /// <summary>What this version writes, and the newest that it reads. A file without a number is of format 1.</summary>
    public const int Newest = 1;

    private const string Property = "Format";

    internal static int Of(ReadOnlySpan<byte> content)
    {
        var reader = new Utf8JsonReader(content);
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject
                && reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(Property)
                && reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var format) ? format : 1;
        }
        catch (JsonException)
        {
            // Damaged: whoever reads all of it says where.
            return 1;
        }
    }
}
