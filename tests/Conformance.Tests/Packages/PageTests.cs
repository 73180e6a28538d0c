namespace Cilium.Framework.Conformance.Tests.Packages;

/// <summary>The sample is what the page builds, file by file.</summary>
public sealed class PageTests
{
    private static readonly string Sample = Path.Combine(Page.Repository, "samples/Kvstore.File");

    [Fact]
    public void The_page_holds_the_files_of_the_sample_word_by_word()
    {
        var files = Page.Blocks.Where(block => block.Path.Length > 0).ToArray();
        Assert.All(files, file => Assert.Equal(File.ReadAllText(Path.Combine(Sample, file.Path)), file.Text));
        var ignored = File.ReadLines(Path.Combine(Sample, ".gitignore")).Select(line => line.Trim('/')).ToHashSet();
        var there = Directory.EnumerateFiles(Sample, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Sample, file))
            .Where(file => file is not (".gitignore" or "README.md") && !file.Split('/').Any(ignored.Contains));
        Assert.Equal(there.Order(StringComparer.Ordinal), files.Select(file => file.Path).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Directory.Build.props")]
    [InlineData("Directory.Build.targets")]
    [InlineData("Directory.Packages.props")]
    public void The_sample_inherits_nothing(string file) => Assert.Equal("<Project />\n", File.ReadAllText(Path.Combine(Sample, file)));
}
