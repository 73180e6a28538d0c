using System.Buffers.Binary;

namespace Cilium.Framework.Netlink.Native;

/// <summary>Opens rtnetlink sockets in the network namespace of the calling thread; .NET's own sockets do not know their address family.</summary>
internal static class NetlinkDescriptor
{
    private const int AddressSize = 12, GroupsOffset = 8;

    /// <param name="type">Socket type with its flags.</param>
    /// <param name="groups">What is told unasked, one bit each; 0: nothing.</param>
    public static unsafe SafeDescriptor Open(int type, uint groups)
    {
        var descriptor = new SafeDescriptor(Libc.Check(Libc.Socket(Libc.AddressFamilyNetlink, type, 0), "open a netlink socket"));
        try
        {
            // struct sockaddr_nl of linux/netlink.h; port 0: the kernel chooses.
            var address = stackalloc byte[AddressSize];
            var bytes = new Span<byte>(address, AddressSize);
            bytes.Clear();
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, Libc.AddressFamilyNetlink);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[GroupsOffset..], groups);
            Libc.Check(Libc.Bind(descriptor.Value, address, AddressSize), "bind a netlink socket");
            return descriptor;
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }
}
