using System.Text.RegularExpressions;

namespace Cilium.Framework.Conformance.Tests.Packages;

/// <summary>docs/plugin-authors: its files, and its commands, in the order of the page.</summary>
internal static partial class Page
{
    public static string Repository { get; } = FindRepository();

    /// <summary>Files by path, commands under <c>sh</c>.</summary>
    public static IReadOnlyList<(string Language, string Path, string Text)> Blocks { get; } =
        [.. Block().Matches(File.ReadAllText(System.IO.Path.Combine(Repository, "docs/plugin-authors/README.md")))
            .Select(match => (match.Groups["language"].Value, match.Groups["path"].Value, match.Groups["text"].Value))];

    [GeneratedRegex(@"^```(?<language>[a-z]+)(?: (?<path>\S+))?\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    private static string FindRepository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(folder, "Cilium.Framework.sln")))
            folder = System.IO.Path.GetDirectoryName(folder.TrimEnd('/')) ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
        return folder;
    }
}
