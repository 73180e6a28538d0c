using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab.Traffic;

/// <summary>Echo requests of an exact size that nobody may fragment.</summary>
public static class SizedPing
{
    // linux/in.h and linux/in6.h.
    private const int SolIP = 0;
    private const int MtuDiscover = 10;
    private const int SolIPv6 = 41;
    private const int MtuDiscoverV6 = 23;
    private const int DontFragmentV6 = 62;
    private const int Do = 2;

    /// <summary>Sends one and waits for the reply.</summary>
    /// <param name="from">Where.</param>
    /// <param name="to">Address.</param>
    /// <param name="length">Octets of the packet, IP header included.</param>
    /// <param name="timeout">How long to wait for the reply.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>False: no answer in time.</returns>
    /// <exception cref="SocketException">The sender's own stack knows that it is too long.</exception>
    public static async Task<bool> TryAsync(NetworkNamespace from, IPAddress to, int length, TimeSpan timeout, CancellationToken ct)
    {
        var v6 = to.AddressFamily == AddressFamily.InterNetworkV6;
        using var socket = Inside.Socket(from, to.AddressFamily, SocketType.Raw, v6 ? ProtocolType.IcmpV6 : ProtocolType.Icmp);
        socket.SetRawSocketOption(v6 ? SolIPv6 : SolIP, v6 ? MtuDiscoverV6 : MtuDiscover, BitConverter.GetBytes(Do));
        if (v6)
            socket.SetRawSocketOption(SolIPv6, DontFragmentV6, BitConverter.GetBytes(1));
        await socket.ConnectAsync(new IPEndPoint(to, 0), ct);
        var identifier = (ushort)Random.Shared.Next(1, ushort.MaxValue);
        var payload = new byte[length - (v6 ? 40 : 20) - EchoRequest.HeaderLength];
        await socket.SendAsync(EchoRequest.Of(v6, identifier, payload), ct);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(timeout);
        try
        {
            var buffer = new byte[length];
            while (await socket.ReceiveAsync(buffer, deadline.Token) is var received)
            {
                if (received == length - (v6 ? 40 : 0) && EchoRequest.IsAnsweredBy(v6, identifier, buffer))
                    return true;
            }

            return false;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
    }
}
