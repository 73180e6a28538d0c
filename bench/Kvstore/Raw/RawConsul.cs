using System.Buffers;
using System.Text.Json;

namespace Cilium.Framework.Kvstore.Bench.Raw;

/// <summary>The server through HTTP, without any code of ours.</summary>
internal sealed class RawConsul(Uri server) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server };

    /// <summary>One transaction without conditions.</summary>
    public async Task PutAsync(IEnumerable<(string Key, byte[] Value)> pairs)
    {
        // Consul 1.8 does not read a body whose length it is not told.
        using var body = new ReadOnlyMemoryContent(Write(pairs));
        using var answer = await _http.PutAsync(new Uri("/v1/txn", UriKind.Relative), body);
        answer.EnsureSuccessStatusCode();
    }

    public void Dispose() => _http.Dispose();

    private static ReadOnlyMemory<byte> Write(IEnumerable<(string Key, byte[] Value)> pairs)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartArray();
        foreach (var (key, value) in pairs)
        {
            json.WriteStartObject();
            json.WriteStartObject("KV");
            json.WriteString("Verb", "set");
            json.WriteString("Key", key);
            json.WriteBase64String("Value", value);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
