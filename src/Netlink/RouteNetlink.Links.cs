using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Cilium.Framework.Netlink.Messages;

namespace Cilium.Framework.Netlink;

public sealed partial class RouteNetlink
{
    private const int LinkAddress = 1, LinkName = 3, LinkMtu = 4, LinkLink = 5, LinkInfo = 18, LinkAlias = 20, LinkNamespaceFd = 28;
    private const int InfoKind = 1, InfoData = 2, VethPeer = 1;
    private const int LinkFamilies = 26;

    /// <summary>IFLA_INET6_ADDR_GEN_MODE and IN6_ADDR_GEN_MODE_NONE of linux/if_link.h.</summary>
    private const int AddressGeneration = 8;

    private const byte NoAddress = 1;
    private const uint FlagUp = 1, FlagNoArp = 0x80;

    /// <summary>All devices, by index.</summary>
    public IReadOnlyList<Link> ListLinks()
    {
        var links = new List<Link>();
        _socket.Dump(
            new MessageWriter(MessageType.GetLink, MessageFlags.Dump).Fixed(default(LinkPart)),
            "list devices",
            links.Clear,
            (_, payload) => links.Add(ReadLink(payload)));
        return links;
    }

    /// <summary>A device by its name; null when there is none.</summary>
    /// <param name="name">Kernel name.</param>
    public Link? FindLink(string name) => FindLink(new MessageWriter(MessageType.GetLink, 0).Fixed(default(LinkPart)).Attribute(LinkName, name), $"read device {name}");

    /// <summary>A device by its index; null when there is none.</summary>
    /// <param name="ifIndex">Number in this namespace.</param>
    public Link? FindLink(int ifIndex) => FindLink(new MessageWriter(MessageType.GetLink, 0).Fixed(new LinkPart { Index = ifIndex }), $"read device {ifIndex}");

    /// <summary>Makes two joined devices, both down.</summary>
    /// <param name="pair">Names, namespace, addresses.</param>
    /// <exception cref="NetlinkException"><see cref="NetlinkException.Exists"/>: a name is taken.</exception>
    public void CreateVeth(VethPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        using var peerNamespace = pair.PeerNamespace?.OpenDescriptor();
        var request = Describe(Create(), pair.Name, pair.Mac, pair.Mtu).Nested(LinkInfo, info => info
            .Attribute(InfoKind, "veth")
            .Nested(InfoData, data => data.Nested(VethPeer, peer =>
            {
                Describe(peer.Fixed(default(LinkPart)), pair.PeerName, pair.PeerMac, pair.Mtu);
                if (peerNamespace is not null)
                    peer.Attribute(LinkNamespaceFd, (uint)peerNamespace.Value);
            })));
        _socket.Change(request, $"create veth {pair.Name} with peer {pair.PeerName}");
    }

    /// <summary>Makes a bridge, down.</summary>
    /// <param name="name">Kernel name.</param>
    /// <exception cref="NetlinkException"><see cref="NetlinkException.Exists"/>: the name is taken.</exception>
    public void CreateBridge(string name) =>
        _socket.Change(Create().Attribute(LinkName, name).Nested(LinkInfo, info => info.Attribute(InfoKind, "bridge")), $"create bridge {name}");

    /// <summary>Deletes a device; success when it does not exist. A veth takes its peer along.</summary>
    /// <param name="name">Kernel name.</param>
    public void DeleteLink(string name) =>
        DeleteLink(new MessageWriter(MessageType.DelLink, MessageFlags.Acknowledge).Fixed(default(LinkPart)).Attribute(LinkName, name), $"delete device {name}");

    /// <summary>Deletes a device, whatever it is called by now; success when it does not exist.</summary>
    /// <param name="ifIndex">The device.</param>
    public void DeleteLink(int ifIndex) =>
        DeleteLink(new MessageWriter(MessageType.DelLink, MessageFlags.Acknowledge).Fixed(new LinkPart { Index = ifIndex }), $"delete device {ifIndex}");

    /// <summary>Switches a device on.</summary>
    /// <param name="ifIndex">The device.</param>
    public void SetUp(int ifIndex) => SetFlags(ifIndex, FlagUp, FlagUp, "switch on");

    /// <summary>Switches a device off.</summary>
    /// <param name="ifIndex">The device.</param>
    public void SetDown(int ifIndex) => SetFlags(ifIndex, 0, FlagUp, "switch off");

    /// <summary>Stops a device from resolving neighbours.</summary>
    /// <param name="ifIndex">The device.</param>
    public void DisableArp(int ifIndex) => SetFlags(ifIndex, FlagNoArp, FlagNoArp, "disable ARP of");

    /// <summary>Sets how many bytes a packet may have.</summary>
    /// <param name="ifIndex">The device.</param>
    /// <param name="mtu">Bytes, without the Ethernet header.</param>
    public void SetMtu(int ifIndex, int mtu) => SetLink(ifIndex, LinkMtu, (uint)mtu, $"set mtu {mtu} of");

    /// <summary>Attaches a device to a bridge.</summary>
    /// <param name="ifIndex">The device.</param>
    /// <param name="bridgeIfIndex">The bridge.</param>
    public void SetMaster(int ifIndex, int bridgeIfIndex) => SetLink(ifIndex, 10, (uint)bridgeIfIndex, $"attach to bridge {bridgeIfIndex}");

    /// <summary>Gives a device another name; it keeps its index. Kernels before 6.2 refuse while it is up.</summary>
    /// <param name="ifIndex">The device.</param>
    /// <param name="name">A name that is free, of at most 15 bytes.</param>
    /// <exception cref="NetlinkException"><see cref="NetlinkException.Exists"/>: the name is taken.</exception>
    public void Rename(int ifIndex, string name) => _socket.Change(
        new MessageWriter(MessageType.NewLink, MessageFlags.Acknowledge).Fixed(new LinkPart { Index = ifIndex }).Attribute(LinkName, name),
        $"rename to {name} device {ifIndex}");

    /// <summary>Notes words on a device, which <c>ip link</c> shows as its alias. The kernel takes none at the making of a device: between the two calls it is unmarked.</summary>
    /// <param name="ifIndex">The device.</param>
    /// <param name="alias">At most 255 bytes; empty: takes the words away.</param>
    public void SetAlias(int ifIndex, string alias) => _socket.Change(
        // Without a closing zero: it would count as part of the words.
        new MessageWriter(MessageType.NewLink, MessageFlags.Acknowledge).Fixed(new LinkPart { Index = ifIndex }).Attribute(LinkAlias, Encoding.UTF8.GetBytes(alias)),
        $"set alias \"{alias}\" of device {ifIndex}");

    /// <summary>Keeps a device from giving itself a link-local IPv6 address when it is switched on, and so from speaking on its own. One that it has stays.</summary>
    /// <param name="ifIndex">The device.</param>
    public void DisableLinkLocalAddress(int ifIndex) => _socket.Change(
        new MessageWriter(MessageType.NewLink, MessageFlags.Acknowledge).Fixed(new LinkPart { Index = ifIndex })
            .Nested(LinkFamilies, families => families.Nested(FamilyNumber(AddressFamily.InterNetworkV6), ipv6 => ipv6.Attribute(AddressGeneration, NoAddress))),
        $"disable the link-local address of device {ifIndex}");

    private static MessageWriter Create() =>
        new MessageWriter(MessageType.NewLink, MessageFlags.Acknowledge | MessageFlags.Create | MessageFlags.Exclusive).Fixed(default(LinkPart));

    private static MessageWriter Describe(MessageWriter writer, string name, PhysicalAddress? mac, int mtu)
    {
        writer.Attribute(LinkName, name).Attribute(LinkMtu, (uint)mtu);
        return mac is null ? writer : writer.Attribute(LinkAddress, mac.GetAddressBytes());
    }

    private void DeleteLink(MessageWriter request, string what)
    {
        try
        {
            _socket.Change(request, what);
        }
        catch (NetlinkException exception) when (exception.Errno == NetlinkException.NoSuchDevice)
        {
        }
    }

    private void SetFlags(int ifIndex, uint flags, uint change, string what) => _socket.Change(
        new MessageWriter(MessageType.NewLink, MessageFlags.Acknowledge).Fixed(new LinkPart { Index = ifIndex, Flags = flags, Change = change }),
        $"{what} device {ifIndex}");

    private void SetLink(int ifIndex, int attribute, uint value, string what) => _socket.Change(
        new MessageWriter(MessageType.NewLink, MessageFlags.Acknowledge).Fixed(new LinkPart { Index = ifIndex }).Attribute(attribute, value),
        $"{what} device {ifIndex}");

    private Link? FindLink(MessageWriter request, string what)
    {
        Link? found = null;
        try
        {
            _socket.Query(request, what, (_, payload) => found = ReadLink(payload));
        }
        catch (NetlinkException exception) when (exception.Errno == NetlinkException.NoSuchDevice)
        {
        }

        return found;
    }

    internal static Link ReadLink(ReadOnlySpan<byte> payload)
    {
        var part = MemoryMarshal.Read<LinkPart>(payload);
        var attributes = new AttributeReader(payload[Marshal.SizeOf<LinkPart>()..]);
        string name = "", kind = "", alias = "";
        TunnelDevice? tunnel = null;
        var mac = PhysicalAddress.None;
        int mtu = 0, peer = 0;
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case LinkName: name = attributes.Text; break;
                case LinkMtu: mtu = (int)attributes.UInt32; break;
                case LinkAddress: mac = new PhysicalAddress(attributes.Value.ToArray()); break;
                case LinkLink: peer = (int)attributes.UInt32; break;
                case LinkAlias: alias = attributes.Text; break;
                case LinkInfo: (kind, tunnel) = ReadInfo(attributes.Value); break;
            }
        }

        return new Link(part.Index, name, mac, mtu, (part.Flags & FlagUp) != 0, (part.Flags & FlagNoArp) == 0, kind, peer) { Alias = alias, Tunnel = tunnel };
    }

    private static (string Kind, TunnelDevice? Tunnel) ReadInfo(ReadOnlySpan<byte> info)
    {
        var attributes = new AttributeReader(info);
        var kind = "";
        TunnelDevice? tunnel = null;
        while (attributes.Next())
        {
            // The kernel tells the kind before the data.
            if (attributes.Type == InfoKind)
                kind = attributes.Text;
            else if (attributes.Type == InfoData)
                tunnel = ReadTunnel(kind, attributes.Value);
        }

        return (kind, tunnel);
    }
}
