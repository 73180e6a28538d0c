using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Cilium.Framework.Netlink.Messages;

namespace Cilium.Framework.Netlink;

public sealed partial class RouteNetlink
{
    private const int FilterKind = 1, FilterOptions = 2;
    private const int BpfName = 7, BpfTag = 10, BpfId = 11;

    /// <summary>Sides of clsact (linux/pkt_sched.h) and every protocol, in network order (linux/if_ether.h).</summary>
    private const uint ClsactIngress = 0xfffffff2, ClsactEgress = 0xfffffff3, AllProtocols = 0x0300;

    /// <summary>The BPF filter at one place of a device; null when the place is free, has another kind of filter, or the device has no clsact.</summary>
    /// <param name="ifIndex">The device.</param>
    /// <param name="ingress">Its ingress; else its egress.</param>
    /// <param name="handle">The filter's handle.</param>
    /// <param name="priority">The filter's priority.</param>
    public BpfFilter? FindBpfFilter(int ifIndex, bool ingress, uint handle, ushort priority)
    {
        BpfFilter? found = null;
        var part = new FilterPart { Index = ifIndex, Handle = handle, Parent = ingress ? ClsactIngress : ClsactEgress, Info = ((uint)priority << 16) | AllProtocols };
        try
        {
            _socket.Query(
                new MessageWriter(MessageType.GetFilter, 0).Fixed(part).Attribute(FilterKind, "bpf"),
                $"read the filter of device {ifIndex}",
                (_, payload) => found = ReadFilter(payload));
        }
        catch (NetlinkException exception) when (exception.Errno is NetlinkException.NoSuchEntry or NetlinkException.Invalid or NetlinkException.NoSuchDevice)
        {
        }

        return found;
    }

    private static BpfFilter? ReadFilter(ReadOnlySpan<byte> payload)
    {
        var attributes = new AttributeReader(payload[Marshal.SizeOf<FilterPart>()..]);
        while (attributes.Next())
        {
            if (attributes.Type == FilterOptions)
                return ReadBpf(attributes.Value);
        }

        return null;
    }

    private static BpfFilter ReadBpf(ReadOnlySpan<byte> options)
    {
        var attributes = new AttributeReader(options);
        var filter = new BpfFilter(0, 0, "");
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case BpfId: filter = filter with { ProgramId = attributes.UInt32 }; break;
                case BpfTag: filter = filter with { Tag = BinaryPrimitives.ReadUInt64LittleEndian(attributes.Value) }; break;
                case BpfName: filter = filter with { Name = attributes.Text }; break;
            }
        }

        return filter;
    }
}
