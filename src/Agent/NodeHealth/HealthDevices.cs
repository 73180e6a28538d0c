using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Netlink;
using Route = Cilium.Framework.Netlink.Route;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>The two devices of the health endpoint, one on the node and one in its namespace.</summary>
/// <param name="node">The node's namespace.</param>
/// <param name="inside">The health endpoint's.</param>
/// <param name="place">Path of the health endpoint's namespace.</param>
internal sealed class HealthDevices(RouteNetlink node, RouteNetlink inside, NetworkNamespace place)
{
    /// <summary>Host side, as Cilium calls it.</summary>
    public const string HostName = "lxc_health";

    /// <summary>The other side, as Cilium calls it.</summary>
    public const string Name = "cilium";

    /// <summary>Scope of what is on the link itself (RT_SCOPE_LINK of linux/rtnetlink.h).</summary>
    private const byte LinkScope = 253;

    /// <summary>Makes what is missing, and keeps what is there: nobody who is just asking loses a packet.</summary>
    /// <param name="mtu">Bytes per packet of the devices.</param>
    /// <param name="routeMtu">Bytes per packet to other nodes.</param>
    /// <param name="addresses">Addresses of the health endpoint with their gateways.</param>
    /// <returns>Host side and other side.</returns>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public (Link Host, Link Inside) Ensure(int mtu, int routeMtu, IReadOnlyList<(IPAddress Address, IPAddress Gateway)> addresses)
    {
        // A host side whose other side is not in this namespace belongs to one that was removed.
        if (node.FindLink(HostName) is null || inside.FindLink(Name) is null)
        {
            node.DeleteLink(HostName);
            node.CreateVeth(new VethPair { Name = HostName, PeerName = Name, PeerNamespace = place, Mtu = mtu });
        }

        var device = inside.FindLink(Name)!;
        inside.SetUp(device.Index);
        var wanted = addresses.Select(address => address.Address).ToHashSet();
        foreach (var old in inside.ListAddresses().Where(old => old.IfIndex == device.Index && !old.IP.IsIPv6LinkLocal && !wanted.Contains(old.IP)))
            inside.DeleteAddress(device.Index, old.IP, Length(old.IP));
        foreach (var address in addresses)
        {
            inside.AddAddress(device.Index, address.Address, Length(address.Address));
            inside.ReplaceRoute(new Route { Destination = address.Gateway, PrefixLength = Length(address.Gateway), IfIndex = device.Index, Scope = LinkScope });
            inside.ReplaceRoute(new Route { Gateway = address.Gateway, IfIndex = device.Index, Family = address.Gateway.AddressFamily, Mtu = routeMtu });
        }

        return (node.FindLink(HostName)!, device);
    }

    private static int Length(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32;
}
