using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using Cilium.Framework.Netlink.Messages;

namespace Cilium.Framework.Netlink;

public sealed partial class RouteNetlink
{
    private const int NeighbourDestination = 1, NeighbourMac = 2;
    private const ushort StatePermanent = 0x80;

    /// <summary>All neighbours of all devices, both families.</summary>
    public IReadOnlyList<Neighbour> ListNeighbours()
    {
        var neighbours = new List<Neighbour>();
        _socket.Dump(
            new MessageWriter(MessageType.GetNeighbour, MessageFlags.Dump).Fixed(default(NeighbourPart)),
            "list neighbours",
            neighbours.Clear,
            (_, payload) => neighbours.Add(ReadNeighbour(payload)));
        return neighbours;
    }

    /// <summary>Sets a permanent neighbour.</summary>
    /// <param name="ifIndex">The device.</param>
    /// <param name="address">The neighbour's address.</param>
    /// <param name="mac">Its Ethernet address.</param>
    public void ReplaceNeighbour(int ifIndex, IPAddress address, PhysicalAddress mac)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(mac);
        var request = new MessageWriter(MessageType.NewNeighbour, MessageFlags.Acknowledge | MessageFlags.Create | MessageFlags.Replace)
            .Fixed(new NeighbourPart { Family = FamilyNumber(address.AddressFamily), Index = ifIndex, State = StatePermanent })
            .Attribute(NeighbourDestination, address)
            .Attribute(NeighbourMac, mac.GetAddressBytes());
        _socket.Change(request, $"set neighbour {address} of device {ifIndex}");
    }

    /// <summary>Removes a neighbour; success when it does not exist.</summary>
    /// <param name="ifIndex">The device.</param>
    /// <param name="address">The neighbour's address.</param>
    public void DeleteNeighbour(int ifIndex, IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var request = new MessageWriter(MessageType.DelNeighbour, MessageFlags.Acknowledge)
            .Fixed(new NeighbourPart { Family = FamilyNumber(address.AddressFamily), Index = ifIndex })
            .Attribute(NeighbourDestination, address);
        try
        {
            _socket.Change(request, $"delete neighbour {address} of device {ifIndex}");
        }
        catch (NetlinkException exception) when (exception.Errno is NetlinkException.NoSuchEntry or NetlinkException.NoSuchDevice)
        {
        }
    }

    private static Neighbour ReadNeighbour(ReadOnlySpan<byte> payload)
    {
        var part = MemoryMarshal.Read<NeighbourPart>(payload);
        var attributes = new AttributeReader(payload[Marshal.SizeOf<NeighbourPart>()..]);
        var address = IPAddress.None;
        var mac = PhysicalAddress.None;
        while (attributes.Next())
        {
            if (attributes.Type == NeighbourDestination)
                address = attributes.Address;
            else if (attributes.Type == NeighbourMac)
                mac = new PhysicalAddress(attributes.Value.ToArray());
        }

        return new Neighbour(part.Index, address, mac, (part.State & StatePermanent) != 0);
    }
}
