using System.Globalization;
using Cilium.Framework.Routes;

namespace Cilium.Framework.Configuration;

/// <summary>Settings of the core, with the defaults of those that have one.</summary>
internal static class CoreSettings
{
    /// <summary>Kinds of plugins: <c>KIND:provider</c> selects one, <c>KIND:NAME:...</c> are the settings of the plugin <c>KIND.NAME</c>.</summary>
    public static readonly IReadOnlyList<string> PluginKinds = ["kvstore", "routing", "ipam", "datapath"];

    /// <summary>Every known path; <c>*</c> stands for any segment, <c>#</c> for the number of a list's item.</summary>
    public static readonly IReadOnlyList<string> Known =
    [
        "profile", "node:name", "node:ipv4", "cluster:name", "cluster:id",
        "ipv4:enabled", "ipv4:pod-cidr", "ipv6:enabled", "ipv6:pod-cidr",
        "kvstore:provider", "kvstore:lease-ttl", "routing:provider", "routing:protocol", "ipam:provider", "datapath:provider",
        "policy:enforcement", "policy:allow-localhost",
        "operator:in-agent", "operator:identity-gc-interval",
        "health:enabled", "health:interval",
        "state-dir", "run-dir", "api:socket",
        "plugins:directory", "plugins:development", "plugins:start-timeout", "plugins:pins:*",
        "mtu", "labels", "labels:#", "identities:fixed:*", "log:level",
    ];

    /// <summary>The layer that every other one overrides.</summary>
    public static IReadOnlyList<Setting> Defaults(ConfigurationSources sources) =>
    [
        Default("node:name", sources.HostName.ToLowerInvariant()),
        Default("cluster:name", AgentOptions.DefaultClusterName),
        Default("cluster:id", "0"),
        Default("ipv4:enabled", "true"),
        Default("ipv6:enabled", "false"),
        Default("kvstore:provider", "embedded"),
        Default("kvstore:lease-ttl", "900"),
        Default("routing:provider", "direct"),
        Default("routing:protocol", RouteProtocols.Default.ToString(CultureInfo.InvariantCulture)),
        Default("ipam:provider", "host-scope"),
        Default("datapath:provider", "bpf"),
        Default("policy:enforcement", "default"),
        Default("policy:allow-localhost", "auto"),
        Default("operator:in-agent", "true"),
        Default("operator:identity-gc-interval", "600"),
        Default("health:enabled", "false"),
        Default("health:interval", "60"),
        Default("state-dir", "/var/lib/cilium"),
        Default("run-dir", "/run/cilium"),
        Default("plugins:directory", Path.Combine(sources.InstallDirectory, "plugins")),
        Default("plugins:development", "false"),
        Default("plugins:start-timeout", "60"),
        Default("log:level", "info"),
    ];

    /// <summary>Whether a path lies in a plugin's section; those are judged when the plugin has told its settings.</summary>
    public static bool IsPluginSetting(string path)
    {
        var segments = path.Split(':');
        return segments.Length >= 3 && PluginKinds.Contains(segments[0]);
    }

    private static Setting Default(string path, string value) => new(path, value, Setting.DefaultLayer, "");
}
