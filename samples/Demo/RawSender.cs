using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using Cilium.Framework.Lab;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Demo;

/// <summary>Sends frames that no honest workload would send, over a packet socket of its namespace.</summary>
internal static partial class RawSender
{
    private const int AddressFamilyPacket = 17;
    private const int SocketRaw = 3;

    /// <summary>A UDP datagram with any source.</summary>
    public static unsafe void SendUdp(LabPod from, PhysicalAddress sourceMac, PhysicalAddress gatewayMac, IPAddress source, IPAddress destination, ushort port) => from.Namespace.Run(() =>
    {
        using var netlink = RouteNetlink.Open();
        var device = netlink.FindLink(LabPod.Device)!.Index;
        var frame = Frame(sourceMac, gatewayMac, source, destination, port);
        var fd = Socket(AddressFamilyPacket, SocketRaw, 0);
        // struct sockaddr_ll: family, protocol, interface index, hardware type, packet type, address length, address.
        var address = stackalloc byte[20];
        new Span<byte>(address, 20).Clear();
        *(ushort*)address = AddressFamilyPacket;
        *(int*)(address + 4) = device;
        address[11] = 6;
        fixed (byte* bytes = frame)
        {
            var sent = SendTo(fd, bytes, frame.Length, 0, address, 20);
            _ = Close(fd);
            if (sent != frame.Length)
                throw new LabException($"The forged packet could not be sent from {from.Name}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    });

    /// <summary>MAC addresses of a pod and of its gateway.</summary>
    public static (PhysicalAddress Own, PhysicalAddress Gateway) AddressesOf(LabPod pod)
    {
        using var netlink = RouteNetlink.Open(pod.Namespace);
        var own = netlink.FindLink(LabPod.Device)!.Mac;
        var gateway = netlink.ListNeighbours().First(neighbour => neighbour.Mac.GetAddressBytes().Length == 6).Mac;
        return (own, gateway);
    }

    /// <summary>An Ethernet frame with a UDP datagram that carries nothing.</summary>
    public static byte[] Frame(PhysicalAddress sourceMac, PhysicalAddress gatewayMac, IPAddress source, IPAddress destination, ushort port)
    {
        byte[] udp = [0x9c, 0x40, (byte)(port >> 8), (byte)port, 0, 8, 0, 0];
        var v6 = source.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        byte[] ip = v6
            ? [0x60, 0, 0, 0, 0, 8, 17, 64, .. source.GetAddressBytes(), .. destination.GetAddressBytes()]
            : [0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17, 0, 0, .. source.GetAddressBytes(), .. destination.GetAddressBytes()];
        if (!v6)
        {
            var sum = 0;
            for (var i = 0; i < 20; i += 2)
                sum += (ip[i] << 8) | ip[i + 1];
            sum = (sum & 0xffff) + (sum >> 16);
            (ip[10], ip[11]) = ((byte)(~sum >> 8), (byte)~sum);
        }

        return [.. gatewayMac.GetAddressBytes(), .. sourceMac.GetAddressBytes(), v6 ? (byte)0x86 : (byte)8, v6 ? (byte)0xdd : (byte)0, .. ip, .. udp];
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    private static unsafe partial nint SendTo(int fd, byte* buffer, nint length, int flags, byte* address, int addressLength);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);
}
