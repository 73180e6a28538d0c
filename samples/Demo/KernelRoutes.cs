using System.Net;
using Cilium.Framework.Lab;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Demo;

/// <summary>What a node's kernel has, whoever made it.</summary>
internal static class KernelRoutes
{
    /// <summary>The route of the main table to exactly a range; null: there is none.</summary>
    public static Route? Find(LabNode node, IPNetwork range)
    {
        using var netlink = RouteNetlink.Open(node.Network.Node);
        return netlink.ListRoutes(range.BaseAddress.AddressFamily)
            .FirstOrDefault(route => route.Table == Route.MainTable && range.BaseAddress.Equals(route.Destination) && route.PrefixLength == range.PrefixLength);
    }

    /// <summary>Name of the device that wraps packets; null: there is none.</summary>
    public static string? Overlay(LabNode node)
    {
        using var netlink = RouteNetlink.Open(node.Network.Node);
        return netlink.ListLinks().FirstOrDefault(link => link.Kind is "vxlan" or "geneve")?.Name;
    }

    /// <summary>Kernel name of a device; empty: there is none.</summary>
    public static string Device(LabNode node, int index)
    {
        using var netlink = RouteNetlink.Open(node.Network.Node);
        return netlink.ListLinks().FirstOrDefault(link => link.Index == index)?.Name ?? "";
    }
}
