using System.Globalization;
using Cilium.Framework.Errors;
using Cilium.Framework.Rows;
using Microsoft.Extensions.Configuration;

namespace Cilium.Framework.Ipam.ClusterPool;

/// <summary>Reads the section <c>ipam:cluster-pool</c> and tells every problem at once.</summary>
internal sealed class PoolSettings
{
    /// <summary>The keys that are understood.</summary>
    public static readonly string[] Keys = ["ipv4:pools", "ipv4:pools:*", "ipv4:mask-size", "ipv6:pools", "ipv6:pools:*", "ipv6:mask-size"];

    /// <summary>More ranges than clusters have nodes; looking for a free one stays cheap.</summary>
    private const int LongestSearch = 20;

    /// <summary>Room for a gateway and an endpoint beside network and broadcast.</summary>
    private const int SmallestIPv4 = 30;
    private const int SmallestIPv6 = 126;

    private readonly IConfigurationSection _section;
    private readonly List<ConfigurationProblem> _problems = [];

    private PoolSettings(IConfigurationSection section) => _section = section;

    /// <summary>Reads the pools; what is not given is as Cilium has it: 10.0.0.0/8 by /24, and fd00::/104 by /120.</summary>
    /// <exception cref="ConfigurationException">Carries every problem.</exception>
    public static IReadOnlyList<IpamClusterPool> Read(IConfigurationSection section)
    {
        var settings = new PoolSettings(section);
        IReadOnlyList<IpamClusterPool> pools = [.. settings.Pools("ipv4", "10.0.0.0/8", 24), .. settings.Pools("ipv6", "fd00::/104", 120)];
        return settings._problems.Count == 0 ? pools : throw new ConfigurationException(settings._problems);
    }

    private List<IpamClusterPool> Pools(string family, string byDefault, int usualLength)
    {
        var section = _section.GetSection($"{family}:pools");
        // A list, or one text with commas.
        var texts = section.Value is { } text ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [.. section.GetChildren().Select(child => child.Value).OfType<string>()];
        var length = Length(family, usualLength);
        var pools = new List<IpamClusterPool>();
        foreach (var given in texts.DefaultIfEmpty(byDefault))
        {
            if (Range(family, given) is not { } range)
                continue;
            if (range.Length > length || length - range.Length > LongestSearch)
                Problem($"{family}:mask-size", $"{length} does not fit the pool {range}. Accepted: {range.Length}..{Math.Min(range.Length + LongestSearch, Smallest(family))}.");
            else if (pools.Find(other => other.Cidr.Contains(range) || range.Contains(other.Cidr)) is { } other)
                Problem($"{family}:pools", $"{range} and {other.Cidr} overlap. Accepted: ranges that have no address in common.");
            else
                pools.Add(new(range, length));
        }

        return pools;
    }

    private IpPrefix? Range(string family, string text)
    {
        if (IpPrefix.TryParse(text, out var range) && range.IsIPv6 == (family == "ipv6") && range.Length <= Smallest(family))
            return range;
        Problem($"{family}:pools", $"\"{text}\" is not accepted. Accepted: {(family == "ipv6" ? "IPv6 ranges such as fd00::/104" : "IPv4 ranges such as 10.0.0.0/8")}.");
        return null;
    }

    private int Length(string family, int byDefault)
    {
        var key = $"{family}:mask-size";
        if (_section[key] is not { } text)
            return byDefault;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length >= 1 && length <= Smallest(family))
            return length;
        Problem(key, $"\"{text}\" is not accepted. Accepted: the prefix length of a node's range, 1..{Smallest(family)}.");
        return byDefault;
    }

    private static int Smallest(string family) => family == "ipv6" ? SmallestIPv6 : SmallestIPv4;

    private void Problem(string key, string message) => _problems.Add(new($"{_section.Path}:{key}", message));
}
