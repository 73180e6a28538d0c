using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Cilium.Framework.Datapath.Bpf.Tests.Infrastructure;

/// <summary>Sends frames as they are out of a device of a namespace: also those that BPF_PROG_TEST_RUN refuses.</summary>
internal static class PacketSocket
{
    public static void Send(TestPod pod, params byte[][] frames) => pod.Namespace.Run(() =>
    {
        using var socket = new Socket(AddressFamily.Packet, SocketType.Raw, ProtocolType.Unspecified);
        var index = System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces().Single(device => device.Name == "eth0").GetIPProperties().GetIPv4Properties().Index;
        foreach (var frame in frames)
            socket.SendTo(frame, new LinkEndPoint(index));
    });

    // struct sockaddr_ll: family, protocol, ifindex, hatype, pkttype, halen, address.
    private sealed class LinkEndPoint(int ifIndex) : EndPoint
    {
        private const int Bytes = 20;

        public override AddressFamily AddressFamily => AddressFamily.Packet;

        public override SocketAddress Serialize()
        {
            var address = new SocketAddress(AddressFamily.Packet, Bytes);
            Span<byte> index = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(index, ifIndex);
            for (var i = 0; i < 4; i++)
                address[4 + i] = index[i];
            address[11] = 6;
            return address;
        }
    }
}
