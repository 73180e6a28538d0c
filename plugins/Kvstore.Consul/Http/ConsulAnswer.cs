using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Kvstore.Consul.Http;

/// <summary>What a server with a leader answered: 200, 404 or 409; everything else is a failure.</summary>
/// <param name="Address">Who.</param>
/// <param name="Index">State of what was read, to wait on; 0: not told.</param>
internal sealed record ConsulAnswer(Uri Address, HttpStatusCode Status, byte[] Body, ulong Index)
{
    public bool IsMissing => Status == HttpStatusCode.NotFound;

    /// <exception cref="CiliumException">It is not what Consul answers.</exception>
    public T Read<T>(JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(Body, type) ?? throw new JsonException("null");
        }
        catch (JsonException error)
        {
            var text = Excerpt.Of(System.Text.Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, 200))));
            throw new CiliumException(ErrorKind.Unavailable, $"kvstore consul: {FailureText.Of(Address)} answers \"{text}\", which Consul does not say. Check kvstore.consul.address.", error);
        }
    }
}
