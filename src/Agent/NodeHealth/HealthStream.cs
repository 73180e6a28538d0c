using System.Net.Sockets;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>Reads the head of a request or an answer.</summary>
internal static class HealthStream
{
    /// <summary>Reads up to the end of the headers, of the connection, or as much as a head may have.</summary>
    /// <param name="connection">A connection.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="SocketException">The connection broke off.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadHeadAsync(Socket connection, CancellationToken ct)
    {
        var (buffer, length) = (new byte[HealthService.LongestHead], 0);
        while (length < buffer.Length && !HealthService.IsWhole(buffer.AsSpan(0, length)))
        {
            var read = await connection.ReceiveAsync(buffer.AsMemory(length), ct);
            if (read == 0)
                break;
            length += read;
        }

        return buffer.AsMemory(0, length);
    }
}
