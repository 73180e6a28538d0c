using System.Net.Sockets;
using Cilium.Framework.Errors;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.Tunnel;

/// <summary>How packets leave a node in a tunnel.</summary>
internal static class TunnelPlan
{
    // RFC 8200 section 5: what every link must carry for IPv6.
    private const int LeastIPv6Mtu = 1280;

    /// <exception cref="ConfigurationException">The settings do not fit the node; carries every problem.</exception>
    public static RoutingPlan Of(TunnelSettings settings, NodeDescription node)
    {
        var native = settings.Devices.Of(node);
        var underlay = settings.Underlay ?? (Has(node, AddressFamily.InterNetwork) ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6);
        var overhead = TunnelProtocol.Overhead(underlay);
        var problems = new List<ConfigurationProblem>();
        if (settings.Underlay is not null && !Has(node, underlay))
            problems.Add(new($"{settings.Path}:underlay", $"\"{Word(underlay)}\" is not possible on node {node.Name}: none of its devices has an {Name(underlay)} address. Its addresses: {Addresses(node)}. Give it one, or leave the setting at auto."));
        if (node.PodCidrs.Any(range => range.IsIPv6))
            problems.AddRange(native.Where(device => device.Mtu - overhead < LeastIPv6Mtu).Select(device => new ConfigurationProblem(settings.Devices.Path, TooSmall(settings, underlay, overhead, device))));
        if (problems.Count > 0)
            throw new ConfigurationException(problems);
        return new(settings.Protocol.Encapsulation, overhead, [.. native.Select(device => new PlannedDevice(device.Name, DeviceRole.Native)), new(settings.Protocol.Device, DeviceRole.Overlay)])
        {
            Underlay = underlay,
        };
    }

    private static string TooSmall(TunnelSettings settings, AddressFamily underlay, int overhead, NodeDevice device) =>
        $"device {device.Name} carries {device.Mtu} bytes: wrapped in {settings.Protocol.Name} over {Name(underlay)} ({overhead} bytes) {device.Mtu - overhead} are left, but IPv6 needs {LeastIPv6Mtu}. " +
        $"Raise its MTU to {LeastIPv6Mtu + overhead} or more, name another device, or give the nodes no IPv6 range.";

    private static bool Has(NodeDescription node, AddressFamily family) => node.Devices.Any(device => device.Addresses.Any(address => address.AddressFamily == family));

    private static string Addresses(NodeDescription node) => string.Join(", ", node.Devices.SelectMany(device => device.Addresses).Select(address => address.ToString()).DefaultIfEmpty("none"));

    private static string Word(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? "ipv6" : "ipv4";

    private static string Name(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4";
}
