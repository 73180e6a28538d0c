using System.Globalization;
using System.Net;
using Cilium.Framework.Netlink;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Bench;

/// <summary>Endpoints of a node that is measured without an agent: a veth pair each, both ends in the caller's network namespace.</summary>
internal static class VethEndpoint
{
    /// <summary>Makes its devices.</summary>
    /// <param name="number">1 to 250.</param>
    /// <param name="identity">Of its labels.</param>
    /// <param name="policy">Null: none yet.</param>
    public static EndpointRow Create(ushort number, uint identity, PolicyId? policy)
    {
        using var netlink = RouteNetlink.Open();
        var (device, peer) = (string.Create(CultureInfo.InvariantCulture, $"lxc{number}"), string.Create(CultureInfo.InvariantCulture, $"tmp{number}"));
        netlink.CreateVeth(new VethPair { Name = device, PeerName = peer });
        var (link, other) = (netlink.FindLink(device)!, netlink.FindLink(peer)!);
        netlink.SetUp(link.Index);
        return new()
        {
            Id = number,
            IfIndex = link.Index,
            Device = device,
            Mac = MacAddress.FromBytes(other.Mac.GetAddressBytes()),
            HostMac = MacAddress.FromBytes(link.Mac.GetAddressBytes()),
            IPv4 = IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"10.90.1.{number}")),
            IPv6 = IPAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"fd90::a:{number}")),
            Identity = new(identity),
            Policy = policy,
        };
    }
}
