namespace Cilium.Framework.Client;

/// <summary>What the parser of a command line complains about, in one line and without names of .NET types.</summary>
public static class UsageText
{
    /// <summary>The complaint in words for people.</summary>
    /// <param name="complaint">The parser's own.</param>
    public static string Of(string complaint)
    {
        ArgumentNullException.ThrowIfNull(complaint);
        var line = string.Join(' ', complaint.Split((char[])['\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        foreach (var type in (string[])["System.Int32", "System.Int64", "System.Double"])
            line = line.Replace($"expected type '{type}'", "a whole number", StringComparison.Ordinal);
        return line;
    }
}
