using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Lab;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>The physical device of a node, and the part of the machine's network service: what the kernel takes away with a device that is switched off comes back.</summary>
internal sealed class UnderlayDevice : IDisposable
{
    private const int PrefixLength = 24, PrefixLengthV6 = 64;
    private readonly RouteNetlink _netlink;
    private readonly int _index;

    public UnderlayDevice(LabNode node)
    {
        _netlink = RouteNetlink.Open(node.Network.Node);
        _index = _netlink.FindLink(LabNetwork.NodeDevice)!.Index;
    }

    /// <summary>Its addresses, without those that only its own segment knows.</summary>
    public IReadOnlyList<IPAddress> Addresses => [.. _netlink.ListAddresses().Where(address => address.IfIndex == _index && !address.IP.IsIPv6LinkLocal).Select(address => address.IP)];

    /// <summary>Takes its addresses away and gives it some, which may be the same.</summary>
    public void Readdress(IReadOnlyList<IPAddress> addresses)
    {
        foreach (var address in Addresses)
            _netlink.DeleteAddress(_index, address, Length(address));
        Configure(addresses);
    }

    /// <summary>Switches it off and on again.</summary>
    /// <param name="name">Its name from now on.</param>
    public void Flap(string name)
    {
        var addresses = Addresses;
        _netlink.SetDown(_index);
        _netlink.Rename(_index, name);
        _netlink.SetUp(_index);
        Configure(addresses);
    }

    public void Dispose() => _netlink.Dispose();

    private void Configure(IEnumerable<IPAddress> addresses)
    {
        foreach (var address in addresses.Except(Addresses))
            _netlink.AddAddress(_index, address, Length(address));
        _netlink.ReplaceRoute(new Route { Gateway = LabNetwork.WorldIPv4, IfIndex = _index });
        _netlink.ReplaceRoute(new Route { Gateway = LabNetwork.WorldIPv6, IfIndex = _index, Family = AddressFamily.InterNetworkV6 });
    }

    private static int Length(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? PrefixLengthV6 : PrefixLength;
}
