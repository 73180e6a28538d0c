namespace Cilium.Framework.Agent.Commands;

/// <summary>What an agent was told and keeps on the disk. Only files that agents make are ever removed: a state directory may be set to anything.</summary>
internal static class StoredState
{
    private static readonly string[] Patterns = ["endpoints.json*", "rules.json*", "advertisements.json*", "identities.json*", "identities-seen.json*", "ipam.json*", "pod-cidrs.json*", "kvstore.db*", "lock"];

    /// <summary>The files that are there; the lock is none of them.</summary>
    public static IReadOnlyList<string> Files(string directory) => [.. All(directory).Where(file => Path.GetFileName(file) != "lock")];

    /// <summary>Removes them, and the directory when nothing else lies in it.</summary>
    /// <returns>What was removed.</returns>
    public static IReadOnlyList<string> Remove(string directory)
    {
        var removed = All(directory);
        foreach (var file in removed)
            File.Delete(file);
        if (removed.Count > 0 && !Directory.EnumerateFileSystemEntries(directory).Any())
            Directory.Delete(directory);
        return removed;
    }

    private static List<string> All(string directory) => Directory.Exists(directory)
        ? [.. Patterns.SelectMany(pattern => Directory.EnumerateFiles(directory, pattern)).Order(StringComparer.Ordinal)]
        : [];
}
