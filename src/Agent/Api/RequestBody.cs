using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cilium.Framework.Client;

namespace Cilium.Framework.Agent.Api;

/// <summary>Reads request bodies: bounded, UTF-8, whatever content type the client claims.</summary>
internal static class RequestBody
{
    /// <summary>Deepest nesting; no request needs more than four levels.</summary>
    private const int MaxDepth = 16;

    /// <summary>A JSON document; every member that does not fit is named with its path.</summary>
    /// <param name="request">The request.</param>
    /// <param name="type">What it is read into.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="RefusedException">400 or 413.</exception>
    public static async Task<T> ReadJsonAsync<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        var accepted = type.Kind == JsonTypeInfoKind.Object ? "a JSON object" : "a JSON list";
        return await ReadOptionalJsonAsync(request, type, ct) ?? throw new RefusedException(400, $"The body is empty. Accepted: {accepted}. Nothing was changed.");
    }

    /// <summary>The same; null when there is no body.</summary>
    /// <exception cref="RefusedException">400 or 413.</exception>
    public static async Task<T?> ReadOptionalJsonAsync<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        var text = await ReadTextAsync(request, ct);
        if (string.IsNullOrWhiteSpace(text))
            return null;
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth });
            var problems = JsonShape.Check(document.RootElement, type);
            if (problems.Count > 0)
                throw new RefusedException(400, string.Join('\n', problems) + "\nNothing was changed.");
            return document.Deserialize(type)!;
        }
        catch (JsonException exception)
        {
            var place = $"line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}";
            throw new RefusedException(400, IsTooDeep(text)
                ? $"The body is nested deeper than {MaxDepth} levels: {place}. Nothing was changed."
                : $"The body is not JSON: {place}. Nothing was changed.");
        }
    }

    /// <summary>A text.</summary>
    /// <exception cref="RefusedException">400 or 413.</exception>
    public static async Task<string> ReadTextAsync(HttpRequest request, CancellationToken ct)
    {
        // Refused before it is sent: a client that waits for "100 Continue" hears why.
        if (request.ContentLength > ApiLimits.MaxBodyLength)
            throw new RefusedException(413, ApiLimits.TooLarge(request.ContentLength));
        using var copy = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await request.Body.ReadAsync(buffer, ct) is > 0 and var length)
        {
            if (copy.Length + length > ApiLimits.MaxBodyLength)
                throw new RefusedException(413, ApiLimits.TooLarge(null));
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

    /// <summary>Whether depth is what is wrong first; the parser tells it in its own words only.</summary>
    private static bool IsTooDeep(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth >= MaxDepth)
                    return true;
            }
        }
        catch (JsonException)
        {
            // Something else was wrong before.
        }

        return false;
    }
}
