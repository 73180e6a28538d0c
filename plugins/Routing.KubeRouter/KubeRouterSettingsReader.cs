using System.Globalization;
using System.Net;
using Cilium.Framework.Errors;
using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Rows;
using Microsoft.Extensions.Configuration;

namespace Cilium.Framework.Routing.KubeRouter;

/// <summary>Reads <see cref="KubeRouterSettings"/> and reports everything that is wrong with them.</summary>
internal sealed class KubeRouterSettingsReader
{
    /// <summary>The keys that are understood.</summary>
    public static readonly string[] Keys = ["devices", "devices:*", "api-address", "call-timeout", "asn", "install-routes", "hold-time", "next-hop", "next-hop:*"];

    /// <summary>Longest part of a wrong value that a text repeats.</summary>
    private const int MostOfValue = 60;

    private readonly IConfigurationSection _section;
    private readonly List<ConfigurationProblem> _problems = [];

    private KubeRouterSettingsReader(IConfigurationSection section) => _section = section;

    /// <exception cref="ConfigurationException">Carries every problem.</exception>
    public static KubeRouterSettings Read(IConfigurationSection section)
    {
        var reader = new KubeRouterSettingsReader(section);
        var settings = reader.Read();
        return reader._problems.Count == 0 ? settings : throw new ConfigurationException(reader._problems);
    }

    private KubeRouterSettings Read()
    {
        var defaults = new KubeRouterSettings(_section.Path);
        return defaults with
        {
            Devices = Devices(),
            GoBgp = new(Address() ?? defaults.GoBgp.Address) { CallTimeout = Seconds("call-timeout", 1, 60) ?? defaults.GoBgp.CallTimeout },
            Asn = Asn(),
            InstallRoutes = Flag("install-routes") ?? defaults.InstallRoutes,
            HoldTime = Seconds("hold-time", 0, 3600) ?? defaults.HoldTime,
            NextHops = NextHops(),
        };
    }

    private string[] Devices()
    {
        var devices = List("devices");
        foreach (var tunnel in devices.Where(KubeRouterRouting.IsTunnel))
            Problem("devices", tunnel, "It is a tunnel of kube-router, whose packets have no Ethernet header; they are judged where they reach their endpoint. Accepted: devices of the physical network.");
        return devices;
    }

    private GoBgpAddress? Address()
    {
        if (_section["api-address"] is not { } text)
            return null;
        if (GoBgpAddress.TryParse(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", out var address, out _))
            return address;
        Problem("api-address", text, $"Accepted: HOST:PORT or unix:///PATH, without TLS, such as {KubeRouterSettings.DefaultAddress}.");
        return null;
    }

    private uint? Asn()
    {
        if (_section["asn"] is not { } text)
            return null;
        // 0 is reserved (RFC 7607).
        if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
            return number;
        Problem("asn", text, $"Accepted: the number of the autonomous system that kube-router is given (--cluster-asn), 1..{uint.MaxValue}.");
        return null;
    }

    private bool? Flag(string key)
    {
        if (_section[key] is not { } text)
            return null;
        if (text is "true" or "false")
            return text == "true";
        Problem(key, text, "Accepted: true, false.");
        return null;
    }

    private TimeSpan? Seconds(string key, int least, int most)
    {
        if (_section[key] is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds >= least && seconds <= most)
            return TimeSpan.FromSeconds(seconds);
        Problem(key, text, $"Accepted: {least}..{most}, in seconds.");
        return null;
    }

    private List<IPAddress> NextHops()
    {
        var addresses = new List<IPAddress>();
        foreach (var text in List("next-hop"))
        {
            if (!IpPrefix.TryParseAddress(text, out var address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || IPAddress.IsLoopback(address))
                Problem("next-hop", text, "Accepted: an address of this node that its peers reach, one of each family, such as 192.0.2.10.");
            else if (addresses.Any(other => other.AddressFamily == address.AddressFamily))
                Problem("next-hop", text, $"There is one of its family already: {addresses.First(other => other.AddressFamily == address.AddressFamily)}. Accepted: one of each family.");
            else
                addresses.Add(address);
        }

        return addresses;
    }

    // A list, or one text with commas.
    private string[] List(string key) => _section.GetSection(key) is { Value: { } text }
        ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        : [.. _section.GetSection(key).GetChildren().Select(child => child.Value).OfType<string>()];

    private void Problem(string key, string value, string accepted) =>
        _problems.Add(new($"{_section.Path}:{key}", $"\"{Excerpt.Of(value, MostOfValue)}\" is not accepted. {accepted}"));
}
