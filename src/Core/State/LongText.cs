using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cilium.Framework.State;

/// <summary>Writes a string piece by piece. In one piece the writer takes six times the string's size, for the worst escapes, from a pool that keeps it.</summary>
internal sealed class LongText : JsonConverter<string>
{
    private const int Piece = 4096;

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        var rest = value.AsSpan();
        for (; rest.Length > Piece; rest = rest[Piece..])
            writer.WriteStringValueSegment(rest[..Piece], isFinalSegment: false);
        writer.WriteStringValueSegment(rest, isFinalSegment: true);
    }
}
