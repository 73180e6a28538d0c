using System.Globalization;
using Cilium.Framework.Errors;
using Microsoft.Extensions.Configuration;

namespace Cilium.Framework.Kvstore.Consul;

/// <summary>Settings of the section <c>kvstore:consul</c>.</summary>
internal sealed record ConsulSettings
{
    /// <summary>The keys that are understood.</summary>
    public static readonly string[] Keys = ["address", "token", "token-file", "ca-file", "cert-file", "key-file", "datacenter", "timeout"];

    /// <summary>Servers or agents of one cluster; the next one is asked when one does not answer.</summary>
    public IReadOnlyList<Uri> Addresses { get; init; } = [new("http://127.0.0.1:8500")];

    public string? Token { get; init; }

    /// <summary>File with the token; read again when it changes.</summary>
    public string? TokenFile { get; init; }

    /// <summary>PEM certificates that the servers' must lead to; null: those that the machine trusts. Read again when it changes, as the next two.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM certificate that this node shows; null: none.</summary>
    public string? CertFile { get; init; }

    public string? KeyFile { get; init; }

    /// <summary>Null: that of the server.</summary>
    public string? Datacenter { get; init; }

    /// <summary>How long a call may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(6);

    /// <exception cref="ConfigurationException">Carries every problem.</exception>
    public static ConsulSettings Read(IConfigurationSection section)
    {
        var problems = new List<ConfigurationProblem>();
        var defaults = new ConsulSettings();
        var settings = new ConsulSettings
        {
            Addresses = section["address"] is { } text ? AddressesOf(text) : defaults.Addresses,
            Token = section["token"],
            TokenFile = FileOf("token-file"),
            CaFile = FileOf("ca-file"),
            CertFile = FileOf("cert-file"),
            KeyFile = FileOf("key-file"),
            Datacenter = section["datacenter"],
            Timeout = TimeoutOf(),
        };
        if (settings.Token is not null && settings.TokenFile is not null)
            Problem("token", "both token and token-file are given. Accepted: one of them.");
        if (settings.CertFile is null != settings.KeyFile is null)
            Problem(settings.CertFile is null ? "key-file" : "cert-file", "cert-file and key-file are accepted only together.");
        if (settings.CaFile is not null && settings.Addresses.Any(address => address.Scheme == Uri.UriSchemeHttp))
            Problem("ca-file", "a certificate authority is given, but an address begins with http://. Accepted: addresses that begin with https://.");
        return problems.Count == 0 ? settings : throw new ConfigurationException(problems);

        void Problem(string key, string message) => problems.Add(new($"{section.Path}:{key}", message));

        Uri[] AddressesOf(string list)
        {
            var uris = new List<Uri>();
            foreach (var part in list.Split(',', StringSplitOptions.TrimEntries))
            {
                if (Uri.TryCreate(part, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri is { PathAndQuery: "/", UserInfo: "", Fragment: "" })
                    uris.Add(uri);
                else
                    Problem("address", $"\"{Excerpt.Of(part)}\" is not accepted. Accepted: one or several, separated by commas, such as http://127.0.0.1:8500.");
            }

            return [.. uris];
        }

        string? FileOf(string key)
        {
            if (section[key] is { } path && !Path.IsPathFullyQualified(path))
                Problem(key, $"\"{Excerpt.Of(path)}\" is not accepted. Accepted: an absolute path of a file.");
            return section[key];
        }

        TimeSpan TimeoutOf()
        {
            if (section["timeout"] is not { } given)
                return defaults.Timeout;
            if (int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= 60)
                return TimeSpan.FromSeconds(seconds);
            Problem("timeout", $"\"{Excerpt.Of(given)}\" is not accepted. Accepted: 1..60, in seconds.");
            return defaults.Timeout;
        }
    }
}
