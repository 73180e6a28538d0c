using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Cilium.Framework.State;

namespace Cilium.Framework.Endpoints;

/// <summary>The content of the endpoints' state file, kept endpoint by endpoint: a change puts into words what has changed, and not a thousand others beside it.</summary>
/// <remarks>Reads as <see cref="EndpointsState"/>, an endpoint a line.</remarks>
internal sealed class EndpointsDocument
{
    private readonly SortedDictionary<ushort, byte[]> _endpoints = [];
    private readonly ArrayBufferWriter<byte> _text = new();

    public void Set(EndpointRequest request)
    {
        var text = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(text);
        JsonSerializer.Serialize(writer, StoredEndpoint.From(request), EndpointsStateJson.Default.StoredEndpoint);
        _endpoints[request.Id] = text.WrittenSpan.ToArray();
    }

    public void Remove(ushort id) => _endpoints.Remove(id);

    /// <param name="lastId">Number given last.</param>
    /// <returns>Holds until the next call: room for all of them is not taken again for each change.</returns>
    public ReadOnlySpan<byte> ToUtf8(int lastId)
    {
        _text.ResetWrittenCount();
        Write(string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "{{nameof(EndpointsState.Format)}}": {{StateFormat.Newest}},
              "{{nameof(EndpointsState.LastId)}}": {{lastId}},
              "{{nameof(EndpointsState.Endpoints)}}": [
            """));
        var separator = "\n    ";
        foreach (var endpoint in _endpoints.Values)
        {
            Write(separator);
            _text.Write(endpoint);
            separator = ",\n    ";
        }

        Write("\n  ]\n}");
        return _text.WrittenSpan;
    }

    private void Write(string text) => Encoding.UTF8.GetBytes(text, _text);
}
