using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Lab.Traffic;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>Bytes that must arrive as they were sent, over one TCP connection.</summary>
internal static class WholeTransfer
{
    // linux/tcp.h: TCP_INFO, and where struct tcp_info has tcpi_bytes_acked and tcpi_data_segs_out.
    private const int Info = 11;
    private const int AckedBytes = 120;
    private const int DataSegments = 156;

    /// <returns>Bytes per segment on average, as the sender's stack counts them: what a capture shows is put together and taken apart by devices.</returns>
    public static async Task<long> SegmentAsync(int bytes, NetworkNamespace from, NetworkNamespace to, IPAddress address, int port, CancellationToken ct)
    {
        using var listener = Inside.Socket(to, address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, port));
        listener.Listen();
        using var sender = Inside.Socket(from, address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        var accepting = listener.AcceptAsync(ct);
        await sender.ConnectAsync(new IPEndPoint(address, port), ct);
        using var receiver = await accepting;

        var sent = new byte[bytes];
        Random.Shared.NextBytes(sent);
        var receiving = ReceiveAsync(receiver, bytes, ct);
        for (var at = 0; at < bytes;)
            at += await sender.SendAsync(sent.AsMemory(at), ct);
        Assert.True((await receiving).AsSpan().SequenceEqual(sent), $"{bytes} bytes arrive as they were sent");

        var info = new byte[DataSegments + 4];
        sender.GetRawSocketOption((int)SocketOptionLevel.Tcp, Info, info);
        return (long)BinaryPrimitives.ReadUInt64LittleEndian(info.AsSpan(AckedBytes)) / BinaryPrimitives.ReadUInt32LittleEndian(info.AsSpan(DataSegments));
    }

    private static async Task<byte[]> ReceiveAsync(Socket receiver, int bytes, CancellationToken ct)
    {
        var received = new byte[bytes];
        for (var at = 0; at < bytes;)
        {
            var count = await receiver.ReceiveAsync(received.AsMemory(at), ct);
            Assert.True(count > 0, $"the connection ended after {at} of {bytes} bytes");
            at += count;
        }

        return received;
    }
}
