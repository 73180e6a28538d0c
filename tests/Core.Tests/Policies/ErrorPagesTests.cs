using System.Text.RegularExpressions;
using Cilium.Framework.Policies.Documents;

namespace Cilium.Framework.Core.Tests.Policies;

/// <summary>Pages of docs/errors that show a document: its refusal is what the page shows, to the letter.</summary>
public sealed partial class ErrorPagesTests
{
    /// <summary>Documents too large for a page.</summary>
    private static readonly Dictionary<string, Func<string>> Large = new()
    {
        ["CF2001"] = () => new('x', (4 << 20) + 1),
        ["CF2004"] = () => "[" + string.Join(',', Enumerable.Repeat("1", 500_000)) + "]",
    };

    public static TheoryData<string> Ids => [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "errors"), "CF2*.md").Select(page => Path.GetFileNameWithoutExtension(page)).Order()];

    [Theory]
    [MemberData(nameof(Ids))]
    public void The_document_is_refused_with_the_words_of_the_page(string id)
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "errors", $"{id}.md"));
        var document = Large.TryGetValue(id, out var make) ? make() : Document().Match(page).Groups["text"].Value;
        Assert.NotEmpty(document);
        Assert.Equal(Example().Match(page).Groups["text"].Value, Assert.Throws<DocumentException>(() => PolicyParser.Parse(document)).Message);
    }

    [GeneratedRegex("```yaml\n(?<text>[^`]+)```")]
    private static partial Regex Document();

    [GeneratedRegex("```text\n(?<text>[^`]+)\n```")]
    private static partial Regex Example();
}
