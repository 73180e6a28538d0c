using System.Text.RegularExpressions;

namespace Cilium.Framework.Architecture.Tests;

/// <summary>Rules about the text of the sources.</summary>
public partial class SourceTests
{
    [Fact]
    public void The_core_names_no_backend()
    {
        var named = Sources("src/Core").SelectMany(file => File.ReadLines(file).Select((line, index) => (File: Path.GetFileName(file), Line: index + 1, Text: line)))
            .Where(line => Backend().IsMatch(line.Text)).Select(line => $"{line.File}:{line.Line} {line.Text.Trim()}");
        Assert.Empty(named);
    }

    [Fact]
    public void Every_c_file_carries_both_licences() => Assert.All(
        Directory.EnumerateFiles(Path.Combine(BuiltAssembly.Repository, "bpf"), "*", SearchOption.AllDirectories).Where(file => file.EndsWith(".c", StringComparison.Ordinal) || file.EndsWith(".h", StringComparison.Ordinal)),
        file => Assert.Contains("SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause", File.ReadLines(file).First(), StringComparison.Ordinal));

    [Fact]
    public void No_project_names_a_package_version() => Assert.All(
        // A stranger's sample inherits nothing, not even versions.
        Directory.EnumerateFiles(BuiltAssembly.Repository, "*.csproj", SearchOption.AllDirectories).Where(file => !file.Contains("/artifacts/", StringComparison.Ordinal) && !file.Contains("/samples/Kvstore.File/", StringComparison.Ordinal)),
        file => Assert.DoesNotMatch("<PackageReference[^>]* Version=", File.ReadAllText(file)));

    [Fact]
    public void A_namespace_is_the_folder_it_lies_in() => Assert.Empty(
        Code().Select(file => (File: Relative(file), Namespace: File.ReadLines(file).FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal))?[10..].TrimEnd(';')))
            .Where(file => file.Namespace is not null && file.Namespace != NamespaceOf(file.File))
            .Select(file => $"{file.File}: {file.Namespace} instead of {NamespaceOf(file.File)}"));

    [Fact]
    public void No_name_says_nothing() => Assert.DoesNotContain(Code().Select(Path.GetFileNameWithoutExtension), name => EmptyWord().IsMatch(name!));

    [Fact]
    public void A_file_holds_one_idea() => Assert.Empty(
        Code().Concat(Programs()).Select(file => (File: Relative(file), Lines: File.ReadLines(file).Count())).Where(file => file.Lines > 260).Select(file => $"{file.File}: {file.Lines} lines"));

    [Fact]
    public void Tables_and_jobs_know_no_feature_and_reconciliation_knows_tables_only()
    {
        Assert.Empty(CoreUses("Tables").Except(["Tables"]));
        Assert.Empty(CoreUses("Jobs").Except(["Jobs"]));
        Assert.Empty(CoreUses("Reconciliation").Except(["Tables"]));
    }

    [Fact]
    public void No_tracked_text_names_a_place_of_one_machine() => Assert.Empty(
        Texts().SelectMany(file => File.ReadLines(file).Select((line, index) => (File: Relative(file), Line: index + 1, Text: line)))
            .Where(line => MachinePath().IsMatch(line.Text)).Select(line => $"{line.File}:{line.Line} {line.Text.Trim()}"));

    [Fact]
    public void Every_path_that_a_page_names_exists() => Assert.Empty(
        Directory.EnumerateFiles(BuiltAssembly.Repository, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(BuiltAssembly.Repository, "docs"), "*.md", SearchOption.AllDirectories))
            .SelectMany(page => RepositoryPath().Matches(File.ReadAllText(page)).Select(match => (Page: Relative(page), Path: match.Value.TrimEnd('.', '/'))))
            // NAME and X stand for any.
            .Where(named => !named.Path.Contains("/NAME", StringComparison.Ordinal) && !named.Path.Contains("/X.", StringComparison.Ordinal))
            .Where(named => !Path.Exists(Path.Combine(BuiltAssembly.Repository, named.Path)))
            // The page for plugin authors names files of its own folder, which are those of the sample.
            .Where(named => named.Page != "docs/plugin-authors/README.md" || !Path.Exists(Path.Combine(BuiltAssembly.Repository, "samples/Kvstore.File", named.Path))).Select(named => $"{named.Page}: {named.Path}"));

    /// <summary>Folders of the core that a folder of it uses.</summary>
    private static IEnumerable<string> CoreUses(string folder)
    {
        var folders = Directory.EnumerateDirectories(Path.Combine(BuiltAssembly.Repository, "src/Core")).Select(Path.GetFileName).OfType<string>().ToHashSet();
        // A folder that the contracts have too may be meant as theirs; who uses what of it is not told apart here.
        var contracts = Directory.EnumerateDirectories(Path.Combine(BuiltAssembly.Repository, "src/Abstractions")).Select(Path.GetFileName).OfType<string>().ToHashSet();
        return Sources($"src/Core/{folder}").SelectMany(File.ReadLines)
            .Where(line => line.StartsWith("using Cilium.Framework.", StringComparison.Ordinal)).Select(line => line["using Cilium.Framework.".Length..].Split('.', ';')[0])
            .Where(used => folders.Contains(used) && !contracts.Contains(used)).Distinct();
    }

    /// <summary>The project's folder is part of the namespace, but for the contracts and the core, which share the root.</summary>
    private static string NamespaceOf(string file)
    {
        var parts = Path.GetDirectoryName(file)!.Split('/');
        return string.Join('.', ["Cilium.Framework", .. parts[0] == "src" && parts[1] is "Abstractions" or "Core" ? parts[2..] : parts[1..]]);
    }

    /// <summary>What ships.</summary>
    internal static IEnumerable<string> Code() => Sources("src").Concat(Sources("plugins"));

    private static IEnumerable<string> Programs() => Directory.EnumerateFiles(Path.Combine(BuiltAssembly.Repository, "bpf"), "*.?", SearchOption.AllDirectories);

    private static IEnumerable<string> Texts() => Code().Concat(Programs()).Concat(Sources("tests")).Concat(Sources("samples")).Concat(Sources("bench"))
        .Concat(((string[])["docs", "eng", "profiles"]).SelectMany(folder => Directory.EnumerateFiles(Path.Combine(BuiltAssembly.Repository, folder), "*", SearchOption.AllDirectories)))
        .Concat(((string[])["*.md", "*.sh", "*.props"]).SelectMany(pattern => Directory.EnumerateFiles(BuiltAssembly.Repository, pattern)))
        .Where(file => Path.GetFileName(file) != "SourceTests.cs");

    private static string Relative(string file) => Path.GetRelativePath(BuiltAssembly.Repository, file);

    private static IEnumerable<string> Sources(string folder) => Directory.EnumerateFiles(Path.Combine(BuiltAssembly.Repository, folder), "*.cs", SearchOption.AllDirectories);

    [GeneratedRegex(@"\b(etcd|consul|nftables|vxlan|kube-?router|libbpf)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Backend();

    [GeneratedRegex("(Manager|Helper|Util|Utils|Utilities|Common|Misc)(?=[A-Z]|$)")]
    private static partial Regex EmptyWord();

    [GeneratedRegex(@"(?<=[`( ])(src|plugins|bpf|tests|eng|profiles|samples|docs|bench)/[A-Za-z0-9_./-]*")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex("(/work/|/home/[a-z]|/root/|/mnt/)")]
    private static partial Regex MachinePath();
}
