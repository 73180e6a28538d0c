namespace Cilium.Framework.Configuration;

/// <summary>Paths of settings: segments in lower case, words joined by dashes, segments by colons.</summary>
internal static class SettingPath
{
    private const string Pins = "plugins:pins:";

    /// <summary>From a key with dots or colons. Plugin ids contain a dot: what follows <c>plugins:pins</c> is one segment.</summary>
    public static string From(string key)
    {
        var path = key.Trim().Replace('.', ':').ToLowerInvariant();
        return path.StartsWith(Pins, StringComparison.Ordinal) ? Pins + path[Pins.Length..].Replace(':', '.') : path;
    }

    /// <summary>As <c>--set</c> and files write it. What is no path of a setting, such as a file's name, stays as it is.</summary>
    public static string Shown(string path) => path.Contains('/', StringComparison.Ordinal) || path.StartsWith('-') ? path : path.Replace(':', '.');

    /// <summary>The path without the number of a list's item.</summary>
    public static string WithoutIndex(string path)
    {
        var last = path.LastIndexOf(':');
        return last > 0 && IsIndex(path.AsSpan(last + 1)) ? path[..last] : path;
    }

    /// <summary>Whether a path is one of a pattern's: <c>*</c> stands for one segment, <c>#</c> for the number of a list's item.</summary>
    public static bool Matches(string pattern, string path)
    {
        var (expected, actual) = (pattern.Split(':'), path.Split(':'));
        return expected.Length == actual.Length
            && expected.Zip(actual).All(pair => pair.First == "*" || pair.First == pair.Second || (pair.First == "#" && IsIndex(pair.Second)));
    }

    private static bool IsIndex(ReadOnlySpan<char> segment) => segment.Length > 0 && segment.IndexOfAnyExceptInRange('0', '9') < 0;
}
