using System.Globalization;
using Cilium.Framework.Errors;
using Microsoft.Extensions.Configuration;

namespace Cilium.Framework.Routing.Shared;

/// <summary>Reads the settings of a plugin, and says all that is wrong with them at once.</summary>
/// <param name="section">The plugin's section.</param>
internal sealed class SettingsReader(IConfigurationSection section)
{
    private readonly List<ConfigurationProblem> _problems = [];

    /// <summary>A setting that is true or false.</summary>
    public bool Flag(string key, bool fallback) => Choice(key, fallback ? "true" : "false", "true", "false") == "true";

    /// <summary>A setting that takes some words.</summary>
    public string Choice(string key, string fallback, params string[] accepted)
    {
        if (section[key] is not { } text || accepted.Contains(text))
            return section[key] ?? fallback;
        return Refuse(key, text, string.Join(", ", accepted), fallback);
    }

    /// <summary>A setting that is a whole number; null: not set.</summary>
    public int? Number(string key, int least, int most)
    {
        if (section[key] is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
            return number;
        return Refuse<int?>(key, text, $"{least}..{most}", null);
    }

    /// <summary>Names of devices: a list, or one text with commas.</summary>
    public NativeDevices Devices(string key)
    {
        var list = section.GetSection(key);
        var names = list.Value is { } text
            ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : [.. list.GetChildren().Select(child => child.Value).OfType<string>()];
        return new($"{section.Path}:{key}", names);
    }

    /// <exception cref="ConfigurationException">Something was wrong; carries every problem.</exception>
    public void ThrowIfWrong()
    {
        if (_problems.Count > 0)
            throw new ConfigurationException(_problems);
    }

    private T Refuse<T>(string key, string text, string accepted, T fallback)
    {
        _problems.Add(new($"{section.Path}:{key}", $"\"{text}\" is not accepted. Accepted: {accepted}."));
        return fallback;
    }
}
