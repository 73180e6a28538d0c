using System.Globalization;
using Cilium.Framework.Errors;
using Microsoft.Extensions.Configuration;

namespace Cilium.Framework.Kvstore.Etcd;

/// <summary>Reads the section <c>kvstore:etcd</c> and tells every problem at once.</summary>
internal sealed class EtcdSettingsReader
{
    /// <summary>The keys that are understood; times are in seconds.</summary>
    public static readonly string[] Keys =
    [
        "endpoints:*", "ca-file", "cert-file", "key-file", "username", "password", "password-file", "dial-timeout", "call-timeout", "keepalive-time", "keepalive-timeout",
    ];

    private const string AcceptedUrl = "Accepted: http://HOST:PORT or https://HOST:PORT.";

    private readonly IConfigurationSection _section;
    private readonly List<ConfigurationProblem> _problems = [];

    private EtcdSettingsReader(IConfigurationSection section) => _section = section;

    /// <exception cref="ConfigurationException">Carries every problem.</exception>
    public static EtcdSettings Read(IConfigurationSection section)
    {
        var reader = new EtcdSettingsReader(section);
        var settings = reader.Read(new());
        return reader._problems.Count == 0 ? settings : throw new ConfigurationException(reader._problems);
    }

    private EtcdSettings Read(EtcdSettings defaults)
    {
        var settings = new EtcdSettings
        {
            Endpoints = Endpoints() is { Count: > 0 } given ? given : defaults.Endpoints,
            CaFile = ReadableFile("ca-file"),
            CertFile = ReadableFile("cert-file"),
            KeyFile = ReadableFile("key-file"),
            Username = _section["username"],
            Password = _section["password"],
            PasswordFile = ReadableFile("password-file"),
            DialTimeout = Seconds("dial-timeout", defaults.DialTimeout, 1, 60),
            CallTimeout = Seconds("call-timeout", defaults.CallTimeout, 1, 300),
            KeepaliveTime = Seconds("keepalive-time", defaults.KeepaliveTime, 5, 300),
            KeepaliveTimeout = Seconds("keepalive-timeout", defaults.KeepaliveTimeout, 1, 60),
        };
        CheckTogether(settings);
        return settings;
    }

    private void CheckTogether(EtcdSettings settings)
    {
        if (settings.Endpoints.Select(endpoint => endpoint.Scheme).Distinct().Count() > 1)
            Problem("endpoints", $"\"{string.Join(", ", settings.Endpoints.Select(endpoint => endpoint.OriginalString))}\" mixes http and https. Accepted: one of them for all.");
        else if (settings.Endpoints[0].Scheme == Uri.UriSchemeHttp)
        {
            foreach (var key in (string[])["ca-file", "cert-file", "key-file"])
            {
                if (_section[key] is { } file)
                    Problem(key, $"\"{file}\" has no use: the endpoints are http. Write https://HOST:PORT, or leave it out.");
            }
        }

        Together("cert-file", "key-file");
        Together("key-file", "cert-file");
        if (_section["username"] is not null && _section["password"] is null && _section["password-file"] is null)
            Problem("username", $"\"{_section["username"]}\" has no password. Give password-file, or password.");
        foreach (var key in (string[])["password", "password-file"])
        {
            if (_section[key] is not null && _section["username"] is null)
                Problem(key, "is given without username. Give both or none.");
        }

        if (_section["password"] is not null && _section["password-file"] is not null)
            Problem("password", "is given as well as password-file. Give one of them.");
    }

    private List<Uri> Endpoints()
    {
        var section = _section.GetSection("endpoints");
        if (section.Value is { Length: > 0 } text)
            Problem("endpoints", $"\"{text}\" is not a list. Accepted: a list of http://HOST:PORT or https://HOST:PORT.");
        var endpoints = new List<Uri>();
        foreach (var entry in section.GetChildren())
        {
            if (Endpoint(entry.Value) is not { } endpoint)
                _problems.Add(new(entry.Path, $"\"{entry.Value}\" is not accepted. {AcceptedUrl}"));
            else if (endpoints.Contains(endpoint))
                _problems.Add(new(entry.Path, $"\"{entry.Value}\" is named twice."));
            else
                endpoints.Add(endpoint);
        }

        return endpoints;
    }

    // The port must be written out: the default ports of http and https are never meant.
    private static Uri? Endpoint(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https" && endpoint is { PathAndQuery: "/", UserInfo: "", Fragment: "" }
            && text.TrimEnd('/').EndsWith($":{endpoint.Port}", StringComparison.Ordinal) ? endpoint : null;

    private string? ReadableFile(string key)
    {
        if (_section[key] is not { } path)
            return null;
        if (!Path.IsPathFullyQualified(path))
            Problem(key, $"\"{path}\" is not accepted. Accepted: an absolute path of a file.");
        else if (!File.Exists(path))
            Problem(key, $"\"{path}\" does not exist, or may not be read.");
        return path;
    }

    private void Together(string given, string missing)
    {
        if (_section[given] is { } file && _section[missing] is null)
            Problem(given, $"\"{file}\" is given without {missing}. Give both or none.");
    }

    private TimeSpan Seconds(string key, TimeSpan fallback, int least, int most)
    {
        if (_section[key] is not { } text)
            return fallback;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds >= least && seconds <= most)
            return TimeSpan.FromSeconds(seconds);
        Problem(key, $"\"{text}\" is not accepted. Accepted: {least}..{most}, in seconds.");
        return fallback;
    }

    private void Problem(string key, string text) => _problems.Add(new($"{_section.Path}:{key}", text));
}
