using System.Globalization;
using System.Text.RegularExpressions;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab;

/// <summary>What a lab leaves behind whose owner was killed: namespaces, agents and servers. Its owner's process number is in every name.</summary>
public static partial class AbandonedLab
{
    /// <summary>Names of a lab of this process.</summary>
    /// <param name="kind">Letters; which program makes it.</param>
    public static string NameOf(string kind) => string.Create(CultureInfo.InvariantCulture, $"{kind}{Environment.ProcessId}");

    /// <summary>Folder of a lab of this process.</summary>
    /// <param name="kind">Letters; which program makes it.</param>
    public static string FolderOf(string kind) => Path.Combine(Path.GetTempPath(), $"cilium-{NameOf(kind)}");

    /// <summary>Removes labs of this kind whose owner does not run any more.</summary>
    /// <param name="kind">Letters; which program makes them.</param>
    /// <returns>A line for each thing that was removed.</returns>
    public static IReadOnlyList<string> Remove(string kind)
    {
        var removed = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), $"cilium-{kind}*").Where(folder => IsAbandoned(kind, Path.GetFileName(folder)["cilium-".Length..])))
        {
            KillProcesses(folder, removed);
            Mounts.RemoveBelow(folder);
            Directory.Delete(folder, recursive: true);
            removed.Add(folder);
        }

        foreach (var name in Names().Where(name => IsAbandoned(kind, name)))
        {
            NetworkNamespace.Named(name).Delete();
            removed.Add($"network namespace {name}");
        }

        return removed;
    }

    private static IEnumerable<string> Names() =>
        Directory.Exists(NetworkNamespace.Folder) ? Directory.EnumerateFiles(NetworkNamespace.Folder).Select(path => Path.GetFileName(path)).ToArray() : [];

    private static bool IsAbandoned(string kind, string name) =>
        OwnedName().Match(name) is { Success: true } match && match.Groups["kind"].Value == kind && !Directory.Exists($"/proc/{match.Groups["owner"].Value}");

    // Agents and servers name their folders among their arguments: state-dir=, data-dir=.
    private static void KillProcesses(string folder, List<string> removed)
    {
        foreach (var process in Directory.EnumerateDirectories("/proc").Select(path => Path.GetFileName(path)).Where(name => name.All(char.IsAsciiDigit)))
        {
            if (!Arguments(process).Contains($"-dir={folder}/", StringComparison.Ordinal))
                continue;
            Signal.Kill(int.Parse(process, CultureInfo.InvariantCulture));
            removed.Add($"process {process}");
        }
    }

    private static string Arguments(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return "";
        }
    }

    [GeneratedRegex("^(?<kind>[a-z]+)(?<owner>[0-9]+)(-|$)", RegexOptions.ExplicitCapture)]
    private static partial Regex OwnedName();
}
