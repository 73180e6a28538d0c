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
        Directory.EnumerateFiles(BuiltAssembly.Repository, "*.csproj", SearchOption.AllDirectories).Where(file => !file.Contains("/artifacts/", StringComparison.Ordinal)),
        file => Assert.DoesNotMatch("<PackageReference[^>]* Version=", File.ReadAllText(file)));

    private static IEnumerable<string> Sources(string folder) => Directory.EnumerateFiles(Path.Combine(BuiltAssembly.Repository, folder), "*.cs", SearchOption.AllDirectories);

    [GeneratedRegex(@"\b(etcd|consul|nftables|vxlan|kube-?router|libbpf)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Backend();
}
