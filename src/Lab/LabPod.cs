using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using Cilium.Framework.Client;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab;

/// <summary>A workload: a namespace with one device, known to the agent as an endpoint.</summary>
/// <param name="Name">Its name in the lab, also its container name.</param>
/// <param name="ContainerId">What the agent knows it by.</param>
/// <param name="Namespace">Where its processes run.</param>
/// <param name="HostDevice">Host side of its device.</param>
/// <param name="EndpointId">Its number.</param>
/// <param name="IPv4">Its IPv4 address.</param>
/// <param name="IPv6">Its IPv6 address.</param>
public sealed record LabPod(string Name, string ContainerId, NetworkNamespace Namespace, string HostDevice, int EndpointId, IPAddress IPv4, IPAddress IPv6)
{
    /// <summary>Name of the device inside.</summary>
    public const string Device = "eth0";

    /// <summary>Makes one and waits until it is ready. Plays the container runtime's part: makes the veth, asks for addresses, announces the endpoint.</summary>
    /// <param name="client">The node's agent.</param>
    /// <param name="node">Where the agent is.</param>
    /// <param name="containerId">Its name among all namespaces.</param>
    /// <param name="name">Its container name.</param>
    /// <param name="hostDevice">Host side of its device.</param>
    /// <param name="labels">Each <c>source:key=value</c>.</param>
    /// <param name="ct">Gives up and removes it.</param>
    public static async Task<LabPod> CreateAsync(CiliumClient client, NetworkNamespace node, string containerId, string name, string hostDevice, IReadOnlyList<string> labels, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(client);
        var networkNamespace = NetworkNamespace.Create(containerId);
        try
        {
            var addresses = await client.AllocateAddressAsync(containerId, ct: ct);
            var (ipv4, ipv6) = (IPAddress.Parse(addresses.Address.Ipv4!), IPAddress.Parse(addresses.Address.Ipv6!));
            var configuration = await client.GetConfigurationAsync(ct);
            var (mac, hostMac) = Plug(node, networkNamespace, hostDevice, ipv4, ipv6, addresses.HostAddressing, configuration);
            var endpoint = await client.PutEndpointAsync("container-id:" + containerId, new EndpointChangeRequest
            {
                ContainerId = containerId, ContainerName = name, InterfaceName = hostDevice, Mac = Text(mac), HostMac = Text(hostMac),
                Addressing = addresses.Address, Labels = labels, SyncBuildEndpoint = true,
            }, ct);
            // Up only now: until the agent has taken the endpoint over, nothing judges its packets.
            using var netlink = RouteNetlink.Open(node);
            netlink.SetUp(netlink.FindLink(hostDevice)!.Index);
            return new LabPod(name, containerId, networkNamespace, hostDevice, endpoint.Id, ipv4, ipv6);
        }
        catch
        {
            networkNamespace.Delete();
            throw;
        }
    }

    /// <summary>Its address of a family.</summary>
    /// <param name="v6">True: IPv6.</param>
    public IPAddress Address(bool v6) => v6 ? IPv6 : IPv4;

    private static (PhysicalAddress Mac, PhysicalAddress HostMac) Plug(NetworkNamespace node, NetworkNamespace pod, string hostDevice, IPAddress ipv4, IPAddress ipv6, NodeAddressing gateways, DaemonConfiguration configuration)
    {
        using var outside = RouteNetlink.Open(node);
        outside.CreateVeth(new VethPair { Name = hostDevice, PeerName = Device, PeerNamespace = pod, Mtu = configuration.DeviceMtu });
        using var inside = RouteNetlink.Open(pod);
        var device = inside.FindLink(Device)!;
        inside.SetUp(device.Index);
        inside.AddAddress(device.Index, ipv4, 32);
        inside.AddAddress(device.Index, ipv6, 128);
        foreach (var gateway in (IPAddress[])[IPAddress.Parse(gateways.Ipv4!.Ip), IPAddress.Parse(gateways.Ipv6!.Ip)])
        {
            inside.ReplaceRoute(new Route { Destination = gateway, PrefixLength = gateway.GetAddressBytes().Length * 8, IfIndex = device.Index, Scope = 253 });
            inside.ReplaceRoute(new Route { Gateway = gateway, IfIndex = device.Index, Family = gateway.AddressFamily, Mtu = configuration.RouteMtu });
        }

        return (device.Mac, outside.FindLink(hostDevice)!.Mac);
    }

    private static string Text(PhysicalAddress mac) => string.Join(':', mac.GetAddressBytes().Select(octet => octet.ToString("x2", CultureInfo.InvariantCulture)));
}
