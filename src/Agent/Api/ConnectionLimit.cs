using System.Globalization;
using System.Text;
using System.Text.Json;
using Cilium.Framework.Client.Models;
using Microsoft.AspNetCore.Connections;

namespace Cilium.Framework.Agent.Api;

/// <summary>Answers connections beyond a number with 503 and closes them; the server's own limit would close them without a word.</summary>
/// <param name="most">Connections at a time.</param>
internal sealed class ConnectionLimit(int most)
{
    /// <summary>A client hears the answer only after it has sent something.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly byte[] _refusal = Refusal(most);
    private int _open;

    public ConnectionDelegate Use(ConnectionDelegate next) => async connection =>
    {
        try
        {
            if (Interlocked.Increment(ref _open) <= most)
                await next(connection);
            else
                await RefuseAsync(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    };

    private async Task RefuseAsync(ConnectionContext connection)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        patience.CancelAfter(Patience);
        try
        {
            var request = await connection.Transport.Input.ReadAsync(patience.Token);
            connection.Transport.Input.AdvanceTo(request.Buffer.End);
            await connection.Transport.Output.WriteAsync(_refusal, patience.Token);
        }
        catch (OperationCanceledException)
        {
            // It said nothing, or went away.
        }
    }

    private static byte[] Refusal(int most)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new ApiError { Error = string.Create(CultureInfo.InvariantCulture, $"{most} connections are open, and no more are accepted. Nothing was changed. Close one (cilium monitor holds one each), then send the request again.") },
            ApiJson.Plain.ApiError);
        return [.. Encoding.ASCII.GetBytes($"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];
    }
}
