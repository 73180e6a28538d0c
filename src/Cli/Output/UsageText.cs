using System.CommandLine.Parsing;

namespace Cilium.Framework.Cli.Output;

/// <summary>What the parser complains about, in one line and without names of .NET types.</summary>
internal static class UsageText
{
    public static string Of(ParseError error)
    {
        var line = string.Join(' ', error.Message.Split((char[])['\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        foreach (var type in (string[])["System.Int32", "System.Int64", "System.Double"])
            line = line.Replace($"expected type '{type}'", "a whole number", StringComparison.Ordinal);
        return line;
    }
}
