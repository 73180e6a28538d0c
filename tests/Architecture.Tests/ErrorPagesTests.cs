using System.Text.RegularExpressions;

namespace Cilium.Framework.Architecture.Tests;

/// <summary>docs/errors: a page for every id that the code can print, and no other; its example has the code's own words.</summary>
public sealed partial class ErrorPagesTests
{
    private static readonly string Folder = Path.Combine(BuiltAssembly.Repository, "docs/errors");

    public static TheoryData<string> Ids => [.. InCode()];

    /// <summary>Pages that show a document are compared with its refusal, in tests/Core.Tests.</summary>
    public static TheoryData<string> WithoutDocument => [.. InCode().Where(id => !PageOf(id).Contains("```yaml", StringComparison.Ordinal))];

    [Fact]
    public void Every_id_in_the_code_has_a_page_and_every_page_an_id_in_the_code() =>
        Assert.Equal(InCode(), Directory.EnumerateFiles(Folder, "CF*.md").Select(page => Path.GetFileNameWithoutExtension(page)).Order());

    [Fact]
    public void The_overview_leads_to_every_page() =>
        Assert.Equal(InCode(), Link().Matches(File.ReadAllText(Path.Combine(Folder, "README.md"))).Select(match => match.Groups["id"].Value == match.Groups["page"].Value ? match.Groups["id"].Value : match.Value).Order());

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_page_says_what_it_means_where_it_comes_from_what_to_do_and_shows_it(string id)
    {
        var page = PageOf(id);
        Assert.Matches($"^# {id}: [^\n]+\n\n(?![*][*]|```)[^\n]", page);
        Assert.Contains("\n**Likely cause.** ", page, StringComparison.Ordinal);
        Assert.Contains("\n**What to do.** ", page, StringComparison.Ordinal);
        Assert.StartsWith($"{id} ", ExampleOf(page), StringComparison.Ordinal);
        Assert.InRange(page.Split('\n').Length, 8, 70);
    }

    [Theory]
    [MemberData(nameof(WithoutDocument))]
    public void The_example_has_the_words_of_the_code(string id)
    {
        var texts = SourceTests.Code().SelectMany(file => ErrorTexts.Of(File.ReadAllText(file), id)).ToList();
        Assert.NotEmpty(texts);
        var example = ExampleOf(PageOf(id)).ReplaceLineEndings(" ");
        Assert.True(texts.Any(text => text.IsMatch(example)), $"{id}: the example is none of\n{string.Join('\n', texts)}\nbut\n{example}");
    }

    private static string PageOf(string id) => File.ReadAllText(Path.Combine(Folder, $"{id}.md"));

    private static string ExampleOf(string page) => Example().Match(page).Groups["text"].Value;

    private static IEnumerable<string> InCode() =>
        SourceTests.Code().SelectMany(file => ErrorTexts.Id().Matches(File.ReadAllText(file)).Select(match => $"CF{match.Groups["number"].Value}")).Distinct().Order();

    [GeneratedRegex(@"\[(?<id>CF[0-9]{4})\]\((?<page>CF[0-9]{4})\.md\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"```text\n(?<text>[^`]+)\n```")]
    private static partial Regex Example();
}
