using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Traffic;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Routing.Bench;

/// <summary>
/// Small datagrams as fast as one sender can, to a receiver that never sleeps. A receiver that sleeps (iperf3's) is woken by the sender's processor, and whether that is dear
/// depends on how long ago it went to sleep: the same two ways came to 0.89 or 1.06 of each other as their beat fell.
/// </summary>
internal static class Datagrams
{
    private const int Octets = 64;
    private const int SenderProcessor = 1, ReceiverProcessor = 0;

    /// <param name="from">Sender.</param>
    /// <param name="to">Receiver.</param>
    /// <param name="address">The receiver's, which chooses the way.</param>
    /// <param name="time">How long to send.</param>
    public static Run Measure(NetworkNamespace from, NetworkNamespace to, IPAddress address, TimeSpan time)
    {
        using var sink = Inside.Socket(to, address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        using var source = Inside.Socket(from, address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        sink.Bind(new IPEndPoint(address, Bed.Port));
        sink.Blocking = false;
        source.Connect(address, Bed.Port);
        using var sent = new CancellationTokenSource();
        var received = 0L;
        var receiver = Processor.Start(ReceiverProcessor, () => received = Receive(sink, sent.Token));
        var softirq = SoftInterrupts.Seconds();
        var (count, seconds) = (0L, 0.0);
        Processor.Start(SenderProcessor, () => (count, seconds) = Send(source, time)).Join();
        softirq = SoftInterrupts.Seconds() - softirq;
        sent.Cancel();
        receiver.Join();
        return received > 0 ? new Run(received / seconds, softirq * 1e6 / count) : throw new LabException($"None of {count} datagrams to {address} arrived.");
    }

    private static (long Count, double Seconds) Send(Socket socket, TimeSpan time)
    {
        // Reading the clock costs as much as a tenth of a packet.
        const int burst = 64;
        Span<byte> datagram = stackalloc byte[Octets];
        var (count, started) = (0L, Stopwatch.GetTimestamp());
        TimeSpan elapsed;
        do
        {
            for (var i = 0; i < burst; i++)
                socket.Send(datagram, SocketFlags.None, out _);
            count += burst;
            elapsed = Stopwatch.GetElapsedTime(started);
        }
        while (elapsed < time);

        return (count, elapsed.TotalSeconds);
    }

    /// <summary>Until nothing more is sent and the buffer is empty.</summary>
    private static long Receive(Socket socket, CancellationToken sent)
    {
        Span<byte> datagram = stackalloc byte[Octets];
        var count = 0L;
        while (true)
        {
            if (socket.Receive(datagram, SocketFlags.None, out var error) > 0)
                count++;
            else if (error == SocketError.WouldBlock && sent.IsCancellationRequested)
                return count;
        }
    }
}
