using System.Net;
using Cilium.Framework.Routes;
using Cilium.Framework.Rows;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Configuration;

/// <summary>Settings of the core, checked.</summary>
public sealed record AgentOptions
{
    internal const string DefaultClusterName = "default";

    /// <summary><c>profile</c>: name of a file in profiles/; null: none.</summary>
    public string? Profile { get; init; }

    /// <summary><c>node.name</c>.</summary>
    public required string NodeName { get; init; }

    /// <summary><c>node.ipv4</c>: the node's own address; null: found by looking at the devices.</summary>
    public IPAddress? NodeIPv4 { get; init; }

    /// <summary><c>cluster.name</c>.</summary>
    public required string ClusterName { get; init; }

    /// <summary><c>cluster.id</c>: 0..255; 0 means not part of a mesh.</summary>
    public byte ClusterId { get; init; }

    /// <summary><c>ipv4.enabled</c>.</summary>
    public bool IPv4 { get; init; }

    /// <summary><c>ipv4.pod-cidr</c>: range of this node's endpoints; null: not configured.</summary>
    public IpPrefix? IPv4PodCidr { get; init; }

    /// <summary><c>ipv6.enabled</c>.</summary>
    public bool IPv6 { get; init; }

    /// <summary><c>ipv6.pod-cidr</c>: range of this node's endpoints; null: not configured.</summary>
    public IpPrefix? IPv6PodCidr { get; init; }

    /// <summary>Selected name per kind of plugin: kvstore, routing, ipam, datapath.</summary>
    public required IReadOnlyDictionary<string, string> Providers { get; init; }

    /// <summary><c>routing.protocol</c>: number that marks our routes in the kernel.</summary>
    public byte RouteProtocol { get; init; } = RouteProtocols.Default;

    /// <summary><c>policy.enforcement</c>.</summary>
    public PolicyEnforcement PolicyEnforcement { get; init; }

    /// <summary><c>policy.allow-localhost</c>.</summary>
    public AllowLocalhost AllowLocalhost { get; init; }

    /// <summary><c>operator.in-agent</c>: this agent hosts the operator modules; false where a <c>cilium-operator</c> does.</summary>
    public bool OperatorInAgent { get; init; }

    /// <summary><c>operator.identity-gc-interval</c>: how often numbers that no node uses are collected; as often as Cilium does by default (facts 9.4).</summary>
    public TimeSpan IdentityGcInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary><c>health.enabled</c>: this node probes the others, and answers them.</summary>
    public bool Health { get; init; }

    /// <summary><c>health.interval</c>: from one probe of a node to the next; as often as Cilium's by default (facts 9.7).</summary>
    public TimeSpan HealthInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary><c>state-dir</c>: what must survive a reboot.</summary>
    public required string StateDirectory { get; init; }

    /// <summary><c>run-dir</c>: what need not.</summary>
    public required string RunDirectory { get; init; }

    /// <summary><c>api.socket</c>; default: <c>cilium.sock</c> in <see cref="RunDirectory"/>.</summary>
    public required string ApiSocket { get; init; }

    /// <summary><c>plugins.directory</c>.</summary>
    public required string PluginsDirectory { get; init; }

    /// <summary><c>plugins.development</c>: plugins may lie in folders that others than root can write.</summary>
    public bool PluginsDevelopment { get; init; }

    /// <summary><c>plugins.pins</c>: SHA-256 of plugin.json by plugin id, in lower-case hex.</summary>
    public required IReadOnlyDictionary<string, string> PluginPins { get; init; }

    /// <summary><c>plugins.start-timeout</c>: how long one step of a plugin may take until the agent runs; what takes longer hangs.</summary>
    public TimeSpan PluginStartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary><c>kvstore.lease-ttl</c>: how long this node's keys outlive its agent; as long as Cilium's by default (facts 5a).</summary>
    public TimeSpan LeaseTimeToLive { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary><c>mtu</c>: bytes per packet between endpoints; null: found by looking at the devices.</summary>
    public int? Mtu { get; init; }

    /// <summary><c>labels</c>: prefixes of labels that make identities; empty: the built-in choice.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary><c>identities.fixed.NUMBER</c>: names of identities with a number of their own, by number, 128..255.</summary>
    public IReadOnlyDictionary<uint, string> FixedIdentities { get; init; } = new Dictionary<uint, string>();

    /// <summary><c>log.level</c>.</summary>
    public LogLevel LogLevel { get; init; }
}
