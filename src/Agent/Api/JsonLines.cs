using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cilium.Framework.Agent.Api;

/// <summary>An answer without an end: one JSON document a line, until the reader goes away or the agent stops.</summary>
internal static class JsonLines
{
    /// <param name="context">The request.</param>
    /// <param name="open">Begins to listen before the answer begins: nothing that happens after that is missed.</param>
    /// <param name="read">What is sent.</param>
    /// <param name="type">Its JSON.</param>
    /// <param name="stopping">The agent stops.</param>
    public static async Task StreamAsync<TSource, T>(
        HttpContext context, Func<TSource> open, Func<TSource, CancellationToken, IAsyncEnumerable<T>> read, JsonTypeInfo<T> type, CancellationToken stopping)
    {
        context.Response.ContentType = "application/x-ndjson";
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        var source = open();
        using var owned = source as IDisposable;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        await context.Response.StartAsync(either.Token);
        await context.Response.Body.FlushAsync(either.Token);
        try
        {
            await foreach (var sent in read(source, either.Token))
            {
                await JsonSerializer.SerializeAsync(context.Response.Body, sent, type, either.Token);
                await context.Response.Body.WriteAsync("\n"u8.ToArray(), either.Token);
                await context.Response.Body.FlushAsync(either.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader went away, or the agent stops.
        }
    }
}
