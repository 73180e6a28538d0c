using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Demo;

/// <summary>A TCP transfer of known bytes, whose count and hash are compared at the end.</summary>
internal static class Transfer
{
    private const int ChunkSize = 64 * 1024;

    /// <summary>Sends until told to stop, then compares.</summary>
    /// <param name="from">Sender.</param>
    /// <param name="to">Receiver.</param>
    /// <param name="address">The receiver's address.</param>
    /// <param name="port">A free port of the receiver.</param>
    /// <param name="whileRunning">Runs when bytes flow; the transfer goes on until it is done and 32 MiB more are sent.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Bytes sent, bytes received, and whether both sides saw the same content.</returns>
    public static async Task<(long Sent, long Received, bool SameHash)> RunAsync(
        NetworkNamespace from, NetworkNamespace to, IPAddress address, int port, Func<Task> whileRunning, CancellationToken ct)
    {
        using var listener = to.Run(() => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(address, port));
        listener.Listen();
        using var sender = from.Run(() => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        var accepting = listener.AcceptAsync(ct);
        await sender.ConnectAsync(new IPEndPoint(address, port), ct);
        using var receiver = await accepting;

        var receiving = ReceiveAsync(receiver, ct);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long sent = 0;
        var chunk = new byte[ChunkSize];
        Task? interruption = null;
        long? end = null;
        while (end is null || sent < end)
        {
            Random.Shared.NextBytes(chunk);
            hash.AppendData(chunk);
            for (var offset = 0; offset < chunk.Length;)
                offset += await sender.SendAsync(chunk.AsMemory(offset), ct);
            sent += chunk.Length;
            interruption ??= whileRunning();
            if (interruption.IsCompleted && end is null)
            {
                await interruption;
                end = sent + (32L << 20);
            }
        }

        sender.Shutdown(SocketShutdown.Send);
        var (received, receivedHash) = await receiving;
        return (sent, received, hash.GetHashAndReset().AsSpan().SequenceEqual(receivedHash));
    }

    private static async Task<(long Received, byte[] Hash)> ReceiveAsync(Socket socket, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[ChunkSize];
        long received = 0;
        while (await socket.ReceiveAsync(buffer, ct) is > 0 and var length)
        {
            hash.AppendData(buffer, 0, length);
            received += length;
        }

        return (received, hash.GetHashAndReset());
    }
}
