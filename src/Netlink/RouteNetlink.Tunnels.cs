using System.Net.NetworkInformation;
using System.Net.Sockets;
using Cilium.Framework.Netlink.Messages;

namespace Cilium.Framework.Netlink;

public sealed partial class RouteNetlink
{
    private const string Vxlan = "vxlan", Geneve = "geneve";

    /// <summary>IFLA_VXLAN_* of linux/if_link.h; ports are in network order.</summary>
    private const int VxlanId = 1, VxlanRemote = 2, VxlanUnderlay = 3, VxlanLocal = 4, VxlanLearning = 7, VxlanPort = 15, VxlanRemoteV6 = 16, VxlanLocalV6 = 17;

    private const int VxlanChecksum = 18, VxlanZeroChecksumV6Send = 19, VxlanZeroChecksumV6Receive = 20, VxlanMetadata = 25;

    /// <summary>IFLA_GENEVE_* of linux/if_link.h; ports are in network order.</summary>
    private const int GeneveId = 1, GeneveRemote = 2, GenevePort = 5, GeneveMetadata = 6, GeneveRemoteV6 = 7, GeneveZeroChecksumV6Send = 9, GeneveZeroChecksumV6Receive = 10;

    /// <summary>Makes a vxlan device in collect-metadata mode, down.</summary>
    /// <param name="tunnel">Name, port, MTU.</param>
    /// <exception cref="NetlinkException"><see cref="NetlinkException.Exists"/>: the name is taken, or another vxlan device in this mode has the port.
    /// <see cref="NetlinkException.NotSupported"/>: this kernel has no vxlan.</exception>
    public void CreateVxlan(MetadataTunnel tunnel)
    {
        ArgumentNullException.ThrowIfNull(tunnel);
        CreateTunnel(Vxlan, tunnel.Name, tunnel.Mac, tunnel.Mtu, $"create vxlan {tunnel.Name} at port {tunnel.Port}", data => data
            .Attribute(VxlanMetadata, (byte)1)
            .Port(VxlanPort, tunnel.Port)
            .Attribute(VxlanLearning, (byte)0)
            .Attribute(VxlanZeroChecksumV6Send, (byte)1)
            .Attribute(VxlanZeroChecksumV6Receive, (byte)1));
    }

    /// <summary>Makes a geneve device in collect-metadata mode, down.</summary>
    /// <param name="tunnel">Name, port, MTU.</param>
    /// <exception cref="NetlinkException"><see cref="NetlinkException.Exists"/>: the name is taken, or another geneve device in this mode has the port.
    /// <see cref="NetlinkException.NotSupported"/>: this kernel has no geneve.</exception>
    public void CreateGeneve(MetadataTunnel tunnel)
    {
        ArgumentNullException.ThrowIfNull(tunnel);
        Create(Geneve, GeneveRequest(tunnel), $"create geneve {tunnel.Name} at port {tunnel.Port}");
    }

    /// <summary>What makes a geneve device in collect-metadata mode.</summary>
    internal static MessageWriter GeneveRequest(MetadataTunnel tunnel) => Describe(Geneve, tunnel.Name, tunnel.Mac, tunnel.Mtu, data => data
        .Attribute(GeneveMetadata, [])
        .Port(GenevePort, tunnel.Port)
        .Attribute(GeneveZeroChecksumV6Send, (byte)1)
        .Attribute(GeneveZeroChecksumV6Receive, (byte)1));

    /// <summary>Makes a vxlan device between two machines, down.</summary>
    /// <param name="link">Name, network number, addresses.</param>
    /// <exception cref="NetlinkException"><see cref="NetlinkException.Exists"/>: the name is taken, or another vxlan device has the network number and port.
    /// <see cref="NetlinkException.NotSupported"/>: this kernel has no vxlan.</exception>
    public void CreateVxlan(VxlanLink link)
    {
        ArgumentNullException.ThrowIfNull(link);
        var v6 = link.Remote.AddressFamily == AddressFamily.InterNetworkV6;
        var zeroChecksum = link.HasChecksum ? (byte)0 : (byte)1;
        CreateTunnel(Vxlan, link.Name, link.Mac, link.Mtu, $"create vxlan {link.Name} number {link.Vni} from {link.Local} to {link.Remote}", data =>
        {
            data.Attribute(VxlanId, link.Vni)
                .Port(VxlanPort, link.Port)
                .Attribute(v6 ? VxlanRemoteV6 : VxlanRemote, link.Remote)
                .Attribute(v6 ? VxlanLocalV6 : VxlanLocal, link.Local)
                .Attribute(VxlanLearning, (byte)0)
                .Attribute(VxlanChecksum, link.HasChecksum ? (byte)1 : (byte)0)
                .Attribute(VxlanZeroChecksumV6Send, zeroChecksum)
                .Attribute(VxlanZeroChecksumV6Receive, zeroChecksum);
            if (link.UnderlayIfIndex != 0)
                data.Attribute(VxlanUnderlay, (uint)link.UnderlayIfIndex);
        });
    }

    /// <summary>What IFLA_INFO_DATA says of a device of this kind; null: the kind is no tunnel.</summary>
    internal static TunnelDevice? ReadTunnel(string kind, ReadOnlySpan<byte> data) => kind switch
    {
        Vxlan => ReadVxlan(data),
        Geneve => ReadGeneve(data),
        _ => null,
    };

    private void CreateTunnel(string kind, string name, PhysicalAddress? mac, int mtu, string what, Action<MessageWriter> data) => Create(kind, Describe(kind, name, mac, mtu, data), what);

    private static MessageWriter Describe(string kind, string name, PhysicalAddress? mac, int mtu, Action<MessageWriter> data)
    {
        var request = Create().Attribute(LinkName, name);
        if (mtu != 0)
            request.Attribute(LinkMtu, (uint)mtu);
        if (mac is not null)
            request.Attribute(LinkAddress, mac.GetAddressBytes());
        return request.Nested(LinkInfo, info => info.Attribute(InfoKind, kind).Nested(InfoData, data));
    }

    private void Create(string kind, MessageWriter request, string what)
    {
        try
        {
            _socket.Change(request, what);
        }
        catch (NetlinkException exception) when (exception.Errno == NetlinkException.NotSupported)
        {
            throw new NetlinkException(
                exception.Errno, $"{exception.Message}. This kernel has no devices of type {kind}: it needs CONFIG_{kind.ToUpperInvariant()}, built in or as the module {kind}. Nothing was made.");
        }
    }

    private static TunnelDevice ReadVxlan(ReadOnlySpan<byte> data)
    {
        var tunnel = new TunnelDevice();
        var attributes = new AttributeReader(data);
        while (attributes.Next())
        {
            tunnel = attributes.Type switch
            {
                VxlanMetadata => tunnel with { CollectsMetadata = attributes.IsSet },
                VxlanPort => tunnel with { Port = attributes.Port },
                VxlanId => tunnel with { Vni = attributes.UInt32 },
                VxlanLocal or VxlanLocalV6 => tunnel with { Local = attributes.Address },
                VxlanRemote or VxlanRemoteV6 => tunnel with { Remote = attributes.Address },
                VxlanLearning => tunnel with { Learns = attributes.IsSet },
                VxlanZeroChecksumV6Send => tunnel with { SendsZeroChecksumV6 = attributes.IsSet },
                VxlanZeroChecksumV6Receive => tunnel with { AcceptsZeroChecksumV6 = attributes.IsSet },
                _ => tunnel,
            };
        }

        return tunnel;
    }

    private static TunnelDevice ReadGeneve(ReadOnlySpan<byte> data)
    {
        var tunnel = new TunnelDevice();
        var attributes = new AttributeReader(data);
        while (attributes.Next())
        {
            tunnel = attributes.Type switch
            {
                GeneveMetadata => tunnel with { CollectsMetadata = attributes.IsSet },
                GenevePort => tunnel with { Port = attributes.Port },
                GeneveId => tunnel with { Vni = attributes.UInt32 },
                GeneveRemote or GeneveRemoteV6 => tunnel with { Remote = attributes.Address },
                GeneveZeroChecksumV6Send => tunnel with { SendsZeroChecksumV6 = attributes.IsSet },
                GeneveZeroChecksumV6Receive => tunnel with { AcceptsZeroChecksumV6 = attributes.IsSet },
                _ => tunnel,
            };
        }

        return tunnel;
    }
}
