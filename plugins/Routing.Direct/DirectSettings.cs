using Cilium.Framework.Routing.Shared;
using Microsoft.Extensions.Configuration;

namespace Cilium.Framework.Routing.Direct;

/// <summary>Settings of the section <c>routing:direct</c>.</summary>
internal sealed record DirectSettings
{
    /// <summary>The keys that are understood.</summary>
    public static readonly string[] Keys = ["devices", "install-routes", "auto-direct-node-routes", "skip-unreachable"];

    /// <summary>Path of the section, for messages.</summary>
    public required string Path { get; init; }

    /// <summary>What the datapath attaches to.</summary>
    public required NativeDevices Devices { get; init; }

    /// <summary>False: touches no kernel (dry runs, simulator).</summary>
    public bool InstallRoutes { get; init; } = true;

    /// <summary>Makes routes to the ranges of other nodes that are on a network of this node; else the network has to know them.</summary>
    public bool AutoDirectNodeRoutes { get; init; }

    /// <summary>A node behind a router is left to the network; else its range is reported as unreachable.</summary>
    public bool SkipUnreachable { get; init; }

    /// <exception cref="Errors.ConfigurationException">Carries every problem.</exception>
    public static DirectSettings Read(IConfigurationSection section)
    {
        var read = new SettingsReader(section);
        var settings = new DirectSettings
        {
            Path = section.Path,
            Devices = read.Devices("devices"),
            InstallRoutes = read.Flag("install-routes", true),
            AutoDirectNodeRoutes = read.Flag("auto-direct-node-routes", false),
            SkipUnreachable = read.Flag("skip-unreachable", false),
        };
        read.ThrowIfWrong();
        return settings;
    }
}
