using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Cilium.Framework.Errors;
using Cilium.Framework.Identities;
using Cilium.Framework.Routes;
using Cilium.Framework.Rows;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Configuration;

/// <summary>Reads and checks the core's settings. What is wrong is noted and stands at its type's default.</summary>
internal sealed partial class AgentOptionsReader(IReadOnlyDictionary<string, Setting> settings, List<ConfigurationProblem> problems)
{
    /// <summary>Smallest packet that every IPv4 host must accept (RFC 791).</summary>
    private const int SmallestMtu = 576;
    private const int LargestMtu = 65535;

    /// <summary>Seconds. A start that takes an hour is a defect on any machine.</summary>
    private const int LongestStart = 3600;
    private const int LongestLease = 86400;
    private const int LongestIdentityGcInterval = 86400;
    private const int LongestHealthInterval = 3600;
    private const string FixedPrefix = "identities:fixed:";
    private const string PinsPrefix = "plugins:pins:";

    private readonly SettingReader _read = new(settings, problems);

    public AgentOptions Read()
    {
        var runDirectory = _read.Folder("run-dir");
        var options = new AgentOptions
        {
            Profile = _read.Text("profile"),
            NodeName = _read.Name("node:name"),
            NodeIPv4 = _read.Parse("node:ipv4", IPv4Address, "an IPv4 address"),
            ClusterName = _read.Name("cluster:name"),
            ClusterId = (byte)(_read.Number("cluster:id", 0, byte.MaxValue) ?? 0),
            IPv4 = _read.Flag("ipv4:enabled"),
            IPv4PodCidr = _read.ParseValue("ipv4:pod-cidr", text => Prefix(text, AddressFamily.InterNetwork), "an IPv4 range such as 10.0.0.0/24"),
            IPv6 = _read.Flag("ipv6:enabled"),
            IPv6PodCidr = _read.ParseValue("ipv6:pod-cidr", text => Prefix(text, AddressFamily.InterNetworkV6), "an IPv6 range such as fd00::/112"),
            Providers = CoreSettings.PluginKinds.ToDictionary(kind => kind, kind => _read.Name($"{kind}:provider")),
            RouteProtocol = _read.ParseValue("routing:protocol", RouteProtocol, "a number up to 255 that no other program marks its routes with, such as 161") ?? RouteProtocols.Default,
            PolicyEnforcement = _read.Choice("policy:enforcement", new Dictionary<string, PolicyEnforcement> { ["default"] = PolicyEnforcement.Default, ["always"] = PolicyEnforcement.Always, ["never"] = PolicyEnforcement.Never }),
            AllowLocalhost = _read.Choice("policy:allow-localhost", new Dictionary<string, AllowLocalhost> { ["auto"] = AllowLocalhost.Auto, ["always"] = AllowLocalhost.Always, ["policy"] = AllowLocalhost.Policy }),
            OperatorInAgent = _read.Flag("operator:in-agent"),
            IdentityGcInterval = TimeSpan.FromSeconds(_read.Number("operator:identity-gc-interval", 1, LongestIdentityGcInterval) ?? 1),
            Health = _read.Flag("health:enabled"),
            HealthInterval = TimeSpan.FromSeconds(_read.Number("health:interval", 1, LongestHealthInterval) ?? 1),
            StateDirectory = _read.Folder("state-dir"),
            RunDirectory = runDirectory,
            ApiSocket = _read.Text("api:socket") is null ? Path.Combine(runDirectory, "cilium.sock") : _read.Folder("api:socket"),
            PluginsDirectory = _read.Folder("plugins:directory"),
            PluginsDevelopment = _read.Flag("plugins:development"),
            PluginPins = Pins(),
            LeaseTimeToLive = TimeSpan.FromSeconds(_read.Number("kvstore:lease-ttl", 1, LongestLease) ?? 1),
            PluginStartTimeout = TimeSpan.FromSeconds(_read.Number("plugins:start-timeout", 1, LongestStart) ?? 1),
            Mtu = _read.Number("mtu", SmallestMtu, LargestMtu),
            Labels = _read.List("labels"),
            FixedIdentities = FixedIdentities(),
            LogLevel = _read.Choice("log:level", new Dictionary<string, LogLevel> { ["debug"] = LogLevel.Debug, ["info"] = LogLevel.Information, ["warning"] = LogLevel.Warning, ["error"] = LogLevel.Error }),
        };
        CheckTogether(options);
        return options;
    }

    private void CheckTogether(AgentOptions options)
    {
        if (options.ClusterId != 0 && options.ClusterName == AgentOptions.DefaultClusterName)
            problems.Add(new("cluster:name", $"cluster.id is {options.ClusterId}, but the cluster still has its default name. Give every cluster of a mesh a name of its own."));
        if (!options.IPv4 && !options.IPv6 && !problems.Any(problem => problem.Path is "ipv4:enabled" or "ipv6:enabled"))
            problems.Add(new("ipv4:enabled", "is false, and so is ipv6.enabled. Enable at least one of them."));
    }

    private Dictionary<string, string> Pins()
    {
        var pins = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in settings.Keys.Where(path => path.StartsWith(PinsPrefix, StringComparison.Ordinal)))
        {
            if (_read.Parse<string>(path, text => Sha256Pattern().IsMatch(text) ? text.ToLowerInvariant() : null, "64 hexadecimal digits (sha256sum of the plugin's plugin.json)") is { } pin)
                pins[path[PinsPrefix.Length..]] = pin;
        }

        return pins;
    }

    private Dictionary<uint, string> FixedIdentities()
    {
        var names = new Dictionary<uint, string>();
        foreach (var path in settings.Keys.Where(path => path.StartsWith(FixedPrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            var number = path[FixedPrefix.Length..];
            var name = _read.Name(path);
            if (!uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id is < ReservedIdentities.FirstFixed or > ReservedIdentities.LastFixed)
                problems.Add(new(path, $"\"{number}\" is no number that can be fixed. Accepted: {ReservedIdentities.FirstFixed}..{ReservedIdentities.LastFixed}."));
            else if (ReservedIdentities.Default.All.Any(row => row.Labels[0].Value == name || row.Labels[0].Key == name) || names.ContainsValue(name))
                problems.Add(new(path, $"\"{name}\" has a number already. Accepted: a name of its own for each number."));
            else if (name.Length > 0)
                names[id] = name;
        }

        return names;
    }

    private static byte? RouteProtocol(string text) =>
        byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var protocol) && RouteProtocols.IsFree(protocol) ? protocol : null;

    private static IPAddress? IPv4Address(string text) =>
        IpPrefix.TryParse(text, out var prefix) && prefix is { IsHost: true, IsIPv6: false } ? prefix.Address : null;

    private static IpPrefix? Prefix(string text, AddressFamily family) =>
        text.Contains('/', StringComparison.Ordinal) && IpPrefix.TryParse(text, out var prefix) && prefix.Family == family ? prefix : null;

    [GeneratedRegex("^[0-9a-fA-F]{64}$")]
    private static partial Regex Sha256Pattern();
}
