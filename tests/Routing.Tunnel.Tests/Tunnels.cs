using System.Net.Sockets;
using Cilium.Framework.Routing.Testing;

namespace Cilium.Framework.Routing.Tunnel.Tests;

/// <summary>Settings and backends as tests need them.</summary>
internal static class Tunnels
{
    public static TunnelSettings Settings(TunnelProtocol? protocol = null, int? port = null, AddressFamily? underlay = null, params string[] devices)
    {
        protocol ??= TunnelProtocol.Vxlan;
        return new() { Path = "routing:tunnel", Protocol = protocol, Port = port ?? protocol.DefaultPort, Underlay = underlay, Devices = new("routing:tunnel:devices", devices) };
    }

    public static TunnelRouting Routing(TunnelSettings settings) => new(settings, RoutedNode.Protocol);
}
