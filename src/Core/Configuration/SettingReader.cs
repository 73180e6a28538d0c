using System.Globalization;
using System.Text.RegularExpressions;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Configuration;

/// <summary>Turns texts into values; notes what cannot be turned and goes on.</summary>
internal sealed partial class SettingReader(IReadOnlyDictionary<string, Setting> settings, List<ConfigurationProblem> problems)
{
    /// <summary>The text; null when not set.</summary>
    public string? Text(string path) => settings.TryGetValue(path, out var setting) ? setting.Value : null;

    /// <summary>A name of letters, digits, dashes and dots.</summary>
    public string Name(string path) => Parse<string>(path, text => NamePattern().IsMatch(text) ? text : null, "1..63 lower-case letters, digits, dashes and dots") ?? "";

    public bool Flag(string path) => ParseValue<bool>(path, text => text switch { "true" => true, "false" => false, _ => null }, "true, false") ?? false;

    public int? Number(string path, int least, int most) =>
        ParseValue<int>(path, text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null, $"{least}..{most}");

    /// <summary>An absolute path.</summary>
    public string Folder(string path) => Parse<string>(path, text => Path.IsPathFullyQualified(text) ? text : null, "an absolute path") ?? "";

    public TValue Choice<TValue>(string path, IReadOnlyDictionary<string, TValue> choices)
        where TValue : struct =>
        ParseValue<TValue>(path, text => choices.TryGetValue(text, out var value) ? value : null, string.Join(", ", choices.Keys)) ?? default;

    /// <summary>A list, or one text with commas.</summary>
    public IReadOnlyList<string> List(string path)
    {
        if (Text(path) is { } text)
            return text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return [.. settings.Values.Where(setting => setting.Path != path && SettingPath.WithoutIndex(setting.Path) == path).OrderBy(setting => int.Parse(setting.Path[(path.Length + 1)..], CultureInfo.InvariantCulture)).Select(setting => setting.Value)];
    }

    /// <summary>A value of a reference type, or null with a problem noted; null without one when not set.</summary>
    public TValue? Parse<TValue>(string path, Func<string, TValue?> parse, string accepted)
        where TValue : class
    {
        if (Text(path) is not { } text)
            return null;
        var value = parse(text);
        if (value is null)
            Refuse(path, accepted);
        return value;
    }

    /// <summary>The same for a value type.</summary>
    public TValue? ParseValue<TValue>(string path, Func<string, TValue?> parse, string accepted)
        where TValue : struct
    {
        if (Text(path) is not { } text)
            return null;
        var value = parse(text);
        if (value is null)
            Refuse(path, accepted);
        return value;
    }

    private void Refuse(string path, string accepted)
    {
        var setting = settings[path];
        problems.Add(new(path, $"\"{setting.Shown}\" is not accepted ({setting.Origin}). Accepted: {accepted}."));
    }

    [GeneratedRegex("^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$")]
    private static partial Regex NamePattern();
}
