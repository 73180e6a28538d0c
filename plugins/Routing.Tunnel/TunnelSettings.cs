using System.Net.Sockets;
using Cilium.Framework.Routing.Shared;
using Microsoft.Extensions.Configuration;

namespace Cilium.Framework.Routing.Tunnel;

/// <summary>Settings of the section <c>routing:tunnel</c>.</summary>
internal sealed record TunnelSettings
{
    /// <summary>The keys that are understood.</summary>
    public static readonly string[] Keys = ["protocol", "port", "underlay", "devices", "install-routes"];

    /// <summary>Path of the section, for messages.</summary>
    public required string Path { get; init; }

    /// <summary>How packets are wrapped.</summary>
    public TunnelProtocol Protocol { get; init; } = TunnelProtocol.Vxlan;

    /// <summary>UDP port, the same on every node.</summary>
    public required int Port { get; init; }

    /// <summary>Family of the outer packets; null: IPv4 where the node has it.</summary>
    public AddressFamily? Underlay { get; init; }

    /// <summary>What the datapath attaches to beside the overlay device.</summary>
    public required NativeDevices Devices { get; init; }

    /// <summary>False: touches no kernel (dry runs, simulator).</summary>
    public bool InstallRoutes { get; init; } = true;

    /// <exception cref="Errors.ConfigurationException">Carries every problem.</exception>
    public static TunnelSettings Read(IConfigurationSection section)
    {
        var read = new SettingsReader(section);
        var protocol = read.Choice("protocol", TunnelProtocol.Vxlan.Name, TunnelProtocol.Vxlan.Name, TunnelProtocol.Geneve.Name) == TunnelProtocol.Geneve.Name ? TunnelProtocol.Geneve : TunnelProtocol.Vxlan;
        var settings = new TunnelSettings
        {
            Path = section.Path,
            Protocol = protocol,
            Port = read.Number("port", 1, ushort.MaxValue) ?? protocol.DefaultPort,
            Underlay = read.Choice("underlay", "auto", "auto", "ipv4", "ipv6") switch
            {
                "ipv4" => AddressFamily.InterNetwork,
                "ipv6" => AddressFamily.InterNetworkV6,
                _ => null,
            },
            Devices = read.Devices("devices"),
            InstallRoutes = read.Flag("install-routes", true),
        };
        read.ThrowIfWrong();
        return settings;
    }
}
