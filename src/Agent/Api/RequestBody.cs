using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cilium.Framework.Agent.Api;

/// <summary>Reads request bodies: bounded, UTF-8, whatever content type the client claims.</summary>
internal static class RequestBody
{
    /// <summary>Largest body, in bytes: that of the largest policy document.</summary>
    public const int MaxLength = 4 << 20;

    /// <summary>A JSON document; every member that does not fit is named with its path.</summary>
    /// <exception cref="RefusedException">400 or 413.</exception>
    public static async Task<T> ReadJsonAsync<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        var text = await ReadTextAsync(request, ct);
        if (string.IsNullOrWhiteSpace(text))
            throw new RefusedException(400, "The body is empty. Accepted: a JSON object. Nothing was changed.");
        try
        {
            using var document = JsonDocument.Parse(text);
            var problems = JsonShape.Check(document.RootElement, type);
            if (problems.Count > 0)
                throw new RefusedException(400, string.Join('\n', problems) + "\nNothing was changed.");
            return document.Deserialize(type)!;
        }
        catch (JsonException exception)
        {
            throw new RefusedException(400, $"The body is not JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}. Nothing was changed.");
        }
    }

    /// <summary>A text.</summary>
    /// <exception cref="RefusedException">400 or 413.</exception>
    public static async Task<string> ReadTextAsync(HttpRequest request, CancellationToken ct)
    {
        using var copy = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await request.Body.ReadAsync(buffer, ct) is > 0 and var length)
        {
            if (copy.Length + length > MaxLength)
                throw new RefusedException(413, $"The document is larger than {MaxLength >> 20} MiB. Split it. Nothing was changed.");
            copy.Write(buffer, 0, length);
        }

        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(copy.GetBuffer(), 0, (int)copy.Length);
        }
        catch (DecoderFallbackException exception)
        {
            throw new RefusedException(400, $"The document is not UTF-8: byte {exception.Index} ({exception.Message}). Nothing was changed.");
        }
    }
}
