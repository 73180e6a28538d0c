using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Cilium.Framework.Client.Models;
using Microsoft.AspNetCore.Connections;

namespace Cilium.Framework.Agent.Api;

/// <summary>What is no HTTP request never reaches a route: the server answers 400 or 505 without a body. This puts the API's error into that answer.</summary>
/// <param name="inner">The connection's own output.</param>
internal sealed class BareAnswers(PipeWriter inner) : PipeWriter
{
    private Memory<byte> _written;

    /// <summary>Comes first on every connection.</summary>
    public static ConnectionDelegate Use(ConnectionDelegate next) => connection =>
    {
        connection.Transport = new Both(connection.Transport.Input, new BareAnswers(connection.Transport.Output));
        return next(connection);
    };

    public override Memory<byte> GetMemory(int sizeHint = 0) => _written = inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        if (WithBody(_written.Span[..bytes]) is { } answer)
        {
            // The last thing that is written to this connection.
            _written = inner.GetMemory(bytes = answer.Length);
            answer.CopyTo(_written);
        }

        // A writer may go on in what is left without asking again.
        _written = _written[bytes..];
        inner.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    /// <summary>The whole answer; null when it is none of the server's own refusals: those have no body and close the connection.</summary>
    internal static byte[]? WithBody(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> empty = "\r\nContent-Length: 0\r\n"u8;
        if (!(head.StartsWith("HTTP/1.1 4"u8) || head.StartsWith("HTTP/1.1 505"u8)) || !head.EndsWith("\r\n\r\n"u8) || head.IndexOf("\r\nConnection: close\r\n"u8) < 0 || head.IndexOf(empty) is not (> 0 and var at))
            return null;
        var status = int.Parse(head.Slice("HTTP/1.1 ".Length, 3), System.Globalization.CultureInfo.InvariantCulture);
        var body = JsonSerializer.SerializeToUtf8Bytes(new ApiError { Error = Refusals.Words(status) }, ApiJson.Plain.ApiError);
        return [.. head[..at], .. Encoding.ASCII.GetBytes($"\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n"), .. head[(at + empty.Length)..], .. body];
    }

    private sealed record Both(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
