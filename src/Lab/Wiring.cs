using System.Net;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab;

/// <summary>What every cable of a lab needs at its ends.</summary>
internal static class Wiring
{
    private const int PrefixLength = 24, PrefixLengthV6 = 64;

    /// <summary>Lets a machine pass packets on, also those that come another way than their answers go.</summary>
    public static void Forward(NetworkNamespace machine)
    {
        Sysctl.Write(machine, "net/ipv4/ip_forward", "1");
        Sysctl.Write(machine, "net/ipv6/conf/all/forwarding", "1");
        Sysctl.Write(machine, "net/ipv4/conf/all/rp_filter", "0");
        Sysctl.Write(machine, "net/ipv4/conf/default/rp_filter", "0");
    }

    /// <summary>Lets a machine pass packets on for everybody.</summary>
    public static void ForwardForAll(NetworkNamespace world)
    {
        Forward(world);
        // Machines are not told of shorter ways past the router: a pod would get such a message from a stranger.
        Sysctl.Write(world, "net/ipv4/conf/all/send_redirects", "0");
        Sysctl.Write(world, "net/ipv4/conf/default/send_redirects", "0");
    }

    /// <summary>Gives a device its addresses and switches it on.</summary>
    public static void Configure(RouteNetlink machine, string device, IPAddress ipv4, IPAddress ipv6, LabCabling cabling)
    {
        var index = machine.FindLink(device)!.Index;
        if (cabling.HasIPv4)
            machine.AddAddress(index, ipv4, PrefixLength);
        machine.AddAddress(index, ipv6, PrefixLengthV6);
        machine.SetUp(index);
    }

    /// <summary>Sends everything that a machine knows no way for to a router.</summary>
    public static void RouteByDefault(RouteNetlink machine, IPAddress routerIPv4, IPAddress routerIPv6, LabCabling cabling)
    {
        var device = machine.FindLink(LabNetwork.NodeDevice)!.Index;
        if (cabling.HasIPv4)
            machine.ReplaceRoute(new Route { Gateway = routerIPv4, IfIndex = device });
        machine.ReplaceRoute(new Route { Gateway = routerIPv6, IfIndex = device, Family = routerIPv6.AddressFamily });
    }

    /// <summary>Sends what goes to a node's pods to the node, if the cabling says so.</summary>
    public static void RouteToPods(RouteNetlink world, string device, LabPlace place, LabCabling cabling)
    {
        if (!cabling.RoutesPods)
            return;
        var index = world.FindLink(device)!.Index;
        if (cabling.HasIPv4)
            world.ReplaceRoute(new Route { Destination = place.PodIPv4.BaseAddress, PrefixLength = place.PodIPv4.PrefixLength, Gateway = place.IPv4, IfIndex = index });
        world.ReplaceRoute(new Route { Destination = place.PodIPv6.BaseAddress, PrefixLength = place.PodIPv6.PrefixLength, Gateway = place.IPv6, IfIndex = index });
    }
}
