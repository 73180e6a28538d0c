using System.Diagnostics.Metrics;
using Cilium.Framework.Health;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Plugins;

/// <summary>The node and process that a plugin runs in.</summary>
public interface IPluginContext
{
    /// <summary>Name of this node.</summary>
    string NodeName { get; }

    /// <summary>Name of the cluster.</summary>
    string ClusterName { get; }

    /// <summary>Number of the cluster, 0..255.</summary>
    byte ClusterId { get; }

    /// <summary>IPv4 is enabled.</summary>
    bool IPv4 { get; }

    /// <summary>IPv6 is enabled.</summary>
    bool IPv6 { get; }

    /// <summary>Number that marks every route of ours in the kernel (rtm_protocol of rtnetlink(7)); routes with another are somebody else's.</summary>
    byte RouteProtocol { get; }

    /// <summary>What must survive a reboot; exists, mode 0700.</summary>
    string StateDirectory { get; }

    /// <summary>What need not survive a reboot: sockets, locks; exists.</summary>
    string RunDirectory { get; }

    /// <summary>The plugin's own folder.</summary>
    string PluginDirectory { get; }

    /// <summary>The clock.</summary>
    TimeProvider Time { get; }

    /// <summary>Logging; categories start with the plugin's id.</summary>
    ILoggerFactory Loggers { get; }

    /// <summary>Metrics.</summary>
    Meter Meter { get; }

    /// <summary>The plugin's node in the health tree.</summary>
    IHealthReporter Health { get; }
}
