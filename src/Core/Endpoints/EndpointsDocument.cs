using System.Buffers;
using System.Text.Json;
using Cilium.Framework.State;

namespace Cilium.Framework.Endpoints;

/// <summary>The content of the endpoints' state file, kept endpoint by endpoint: a change puts into words what has changed, and not a thousand others beside it.</summary>
/// <remarks>Reads as <see cref="EndpointsState"/>, an endpoint a line.</remarks>
internal sealed class EndpointsDocument
{
    private readonly SortedDictionary<ushort, byte[]> _endpoints = [];

    public void Set(EndpointRequest request)
    {
        var line = new ArrayBufferWriter<byte>();
        line.Write("\n    "u8);
        using var writer = new Utf8JsonWriter(line);
        JsonSerializer.Serialize(writer, StoredEndpoint.From(request), EndpointsStateJson.Default.StoredEndpoint);
        _endpoints[request.Id] = line.WrittenSpan.ToArray();
    }

    public void Remove(ushort id) => _endpoints.Remove(id);

    /// <param name="lastId">Number given last.</param>
    public byte[] ToUtf8(int lastId)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(text, new() { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber(nameof(EndpointsState.Format), StateFormat.Newest);
            writer.WriteNumber(nameof(EndpointsState.LastId), lastId);
            writer.WriteStartArray(nameof(EndpointsState.Endpoints));
            foreach (var endpoint in _endpoints.Values)
                writer.WriteRawValue(endpoint, skipInputValidation: true);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return text.WrittenSpan.ToArray();
    }
}
