using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Cilium.Framework.Netlink.Messages;

namespace Cilium.Framework.Netlink;

public sealed partial class RouteNetlink
{
    private const int AddressAddress = 1, AddressLocal = 2, AddressFlags = 8;
    private const uint NoDuplicateDetection = 2;

    /// <summary>All addresses of all devices, both families.</summary>
    public IReadOnlyList<Address> ListAddresses()
    {
        var addresses = new List<Address>();
        _socket.Dump(
            new MessageWriter(MessageType.GetAddress, MessageFlags.Dump).Fixed(default(AddressPart)),
            "list addresses",
            addresses.Clear,
            (_, payload) => addresses.Add(ReadAddress(payload)));
        return addresses;
    }

    /// <summary>Gives a device an address; success when it has it. IPv6 addresses are usable at once (no duplicate address detection).</summary>
    /// <param name="ifIndex">The device.</param>
    /// <param name="address">The address.</param>
    /// <param name="prefixLength">Length of its network.</param>
    public void AddAddress(int ifIndex, IPAddress address, int prefixLength)
    {
        var request = new MessageWriter(MessageType.NewAddress, MessageFlags.Acknowledge | MessageFlags.Create | MessageFlags.Replace);
        _socket.Change(Describe(request, ifIndex, address, prefixLength), $"add address {address}/{prefixLength} to device {ifIndex}");
    }

    /// <summary>Takes an address from a device; success when it does not have it.</summary>
    /// <param name="ifIndex">The device.</param>
    /// <param name="address">The address.</param>
    /// <param name="prefixLength">Length of its network.</param>
    public void DeleteAddress(int ifIndex, IPAddress address, int prefixLength)
    {
        try
        {
            var request = new MessageWriter(MessageType.DelAddress, MessageFlags.Acknowledge);
            _socket.Change(Describe(request, ifIndex, address, prefixLength), $"delete address {address}/{prefixLength} of device {ifIndex}");
        }
        catch (NetlinkException exception) when (exception.Errno is NetlinkException.AddressNotAvailable or NetlinkException.NoSuchDevice)
        {
        }
    }

    private static MessageWriter Describe(MessageWriter request, int ifIndex, IPAddress address, int prefixLength)
    {
        request.Fixed(new AddressPart { Family = FamilyNumber(address.AddressFamily), PrefixLength = (byte)prefixLength, Index = ifIndex })
            .Attribute(AddressLocal, address)
            .Attribute(AddressAddress, address);
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? request.Attribute(AddressFlags, NoDuplicateDetection) : request;
    }

    internal static Address ReadAddress(ReadOnlySpan<byte> payload)
    {
        var part = MemoryMarshal.Read<AddressPart>(payload);
        var attributes = new AttributeReader(payload[Marshal.SizeOf<AddressPart>()..]);
        IPAddress? address = null, local = null;
        while (attributes.Next())
        {
            if (attributes.Type == AddressAddress)
                address = attributes.Address;
            else if (attributes.Type == AddressLocal)
                local = attributes.Address;
        }

        return new Address(part.Index, local ?? address ?? AnyOf(FamilyOf(part.Family)), part.PrefixLength, part.Scope);
    }
}
