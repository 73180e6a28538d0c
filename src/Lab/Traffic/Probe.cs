using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab.Traffic;

/// <summary>One attempt to reach something from inside a namespace. True: an answer came back; false: none did in time.</summary>
public static class Probe
{
    private static readonly byte[] Payload = "cilium-lab"u8.ToArray();

    /// <summary>Connects, sends, and waits for the echo.</summary>
    /// <param name="from">Where.</param>
    /// <param name="to">Address of an <see cref="EchoServer"/>.</param>
    /// <param name="port">Its port.</param>
    /// <param name="timeout">How long to wait for the answer.</param>
    /// <param name="ct">Gives up.</param>
    public static Task<bool> TcpAsync(NetworkNamespace from, IPAddress to, int port, TimeSpan timeout, CancellationToken ct) => WithinAsync(timeout, async deadline =>
    {
        using var socket = Inside.Socket(from, to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(to, port), deadline);
        await socket.SendAsync(Payload, deadline);
        var buffer = new byte[Payload.Length];
        var length = 0;
        while (length < buffer.Length && await socket.ReceiveAsync(buffer.AsMemory(length), deadline) is > 0 and var received)
            length += received;
        return buffer.AsSpan().SequenceEqual(Payload);
    }, ct);

    /// <summary>Sends a datagram and waits for the echo.</summary>
    /// <param name="from">Where.</param>
    /// <param name="to">Address of an <see cref="EchoServer"/>.</param>
    /// <param name="port">Its port.</param>
    /// <param name="timeout">How long to wait for the answer.</param>
    /// <param name="ct">Gives up.</param>
    public static Task<bool> UdpAsync(NetworkNamespace from, IPAddress to, int port, TimeSpan timeout, CancellationToken ct) => WithinAsync(timeout, async deadline =>
    {
        using var socket = Inside.Socket(from, to.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(new IPEndPoint(to, port), deadline);
        await socket.SendAsync(Payload, deadline);
        var buffer = new byte[1500];
        var length = await socket.ReceiveAsync(buffer, deadline);
        return buffer.AsSpan(0, length).SequenceEqual(Payload);
    }, ct);

    /// <summary>Sends an echo request (ICMP or ICMPv6) and waits for the reply.</summary>
    /// <param name="from">Where.</param>
    /// <param name="to">Address.</param>
    /// <param name="timeout">How long to wait for the reply.</param>
    /// <param name="ct">Gives up.</param>
    public static Task<bool> PingAsync(NetworkNamespace from, IPAddress to, TimeSpan timeout, CancellationToken ct) => WithinAsync(timeout, async deadline =>
    {
        var v6 = to.AddressFamily == AddressFamily.InterNetworkV6;
        using var socket = Inside.Socket(from, to.AddressFamily, SocketType.Raw, v6 ? ProtocolType.IcmpV6 : ProtocolType.Icmp);
        var identifier = (ushort)Random.Shared.Next(1, ushort.MaxValue);
        var request = EchoRequest.Of(v6, identifier, Payload);
        await socket.SendToAsync(request, SocketFlags.None, new IPEndPoint(to, 0), deadline);
        var buffer = new byte[1500];
        while (true)
        {
            var received = await socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(v6 ? IPAddress.IPv6Any : IPAddress.Any, 0), deadline);
            if (EchoRequest.IsAnsweredBy(v6, identifier, buffer) && ((IPEndPoint)received.RemoteEndPoint).Address.Equals(to))
                return true;
        }
    }, ct);

    private static async Task<bool> WithinAsync(TimeSpan timeout, Func<CancellationToken, Task<bool>> attempt, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(timeout);
        try
        {
            return await attempt(deadline.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
        catch (SocketException)
        {
            // Refused or unreachable: no answer of the kind that was asked for.
            return false;
        }
    }
}
