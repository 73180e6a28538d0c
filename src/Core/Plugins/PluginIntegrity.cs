using System.IO.Enumeration;
using System.Security.Cryptography;
using Cilium.Framework.Configuration;

namespace Cilium.Framework.Plugins;

/// <summary>Checks that a folder holds what its author built: links, owner and mode, hashes, pin.</summary>
internal static class PluginIntegrity
{
    private static readonly string[] Executable = [".dll", ".so"];

    /// <summary>Everything that is wrong, in words; empty when nothing is.</summary>
    public static IEnumerable<PluginRefusal> Check(InstalledPlugin plugin, AgentOptions options)
    {
        var links = Entries(plugin).Select(entry => CheckLink(plugin, entry)).OfType<string>().Select(problem => new PluginRefusal("CF1203", problem)).ToList();
        // Behind a link that leads elsewhere, everything else is about other files.
        if (links.Count > 0)
            return links;
        return Writers(plugin, options).Concat(Contents(plugin, options));
    }

    /// <summary>Files that could be changed unnoticed by a development setting: what is relaxed is reported.</summary>
    public static string? Relaxed(InstalledPlugin plugin, AgentOptions options) =>
        options.PluginsDevelopment && WhoElseCanWrite(plugin) is { } who ? $"plugins.development is true: loaded although {who}" : null;

    private static string? CheckLink(InstalledPlugin plugin, string entry)
    {
        if (File.ResolveLinkTarget(entry, returnFinalTarget: false) is not { } link)
            return null;
        var name = Path.GetRelativePath(plugin.Folder, entry);
        if (UnixPath.TryResolve(entry) is not { } target)
            return $"{name} is a symbolic link to {link.FullName}, which does not exist. Reinstall the plugin.";
        if (!target.StartsWith(plugin.Folder + "/", StringComparison.Ordinal))
            return $"{name} is a symbolic link to {target}, outside its folder, where nobody watches it. Put the file itself there, or reinstall the plugin.";
        return Directory.Exists(entry) ? $"{name} is a symbolic link to the folder {target}. Put the folder itself there, or reinstall the plugin." : null;
    }

    private static IEnumerable<PluginRefusal> Writers(InstalledPlugin plugin, AgentOptions options)
    {
        if (!options.PluginsDevelopment && WhoElseCanWrite(plugin) is { } who)
            yield return new("CF1203", $"{who}, so that others than root could change what the agent runs. Give it to root and take the right to write away (chmod go-w), or set plugins.development to true for a checkout.");
    }

    private static IEnumerable<PluginRefusal> Contents(InstalledPlugin plugin, AgentOptions options)
    {
        if (options.PluginPins.TryGetValue(plugin.Manifest.Id, out var pin) && Hash(plugin.ManifestBytes) is var actual && pin != actual)
            yield return new("CF1204", $"plugin.json has the SHA-256 {actual}, but plugins.pins asks for {pin}. Install the pinned build or change the pin.");
        foreach (var problem in CheckFiles(plugin))
            yield return new("CF1204", problem);
    }

    private static IEnumerable<string> CheckFiles(InstalledPlugin plugin)
    {
        if (!plugin.Manifest.Files.ContainsKey(plugin.Manifest.Assembly))
            yield return $"its main assembly {plugin.Manifest.Assembly} is not among the files that plugin.json lists. Reinstall the plugin.";
        foreach (var (name, expected) in plugin.Manifest.Files)
        {
            var path = Path.GetFullPath(Path.Combine(plugin.Folder, name));
            if (!path.StartsWith(plugin.Folder + "/", StringComparison.Ordinal))
                yield return $"plugin.json lists {name}, which lies outside the plugin's folder. Reinstall the plugin.";
            else if (!File.Exists(path))
                yield return $"{name} is missing. Reinstall the plugin.";
            else if (Hash(File.ReadAllBytes(path)) is var actual && !string.Equals(actual, expected, StringComparison.OrdinalIgnoreCase))
                yield return $"{name} has the SHA-256 {actual}, but plugin.json says {expected.ToLowerInvariant()}: it was changed or damaged. Reinstall the plugin.";
        }

        foreach (var file in Entries(plugin).Where(file => Executable.Contains(Path.GetExtension(file))))
        {
            var name = Path.GetRelativePath(plugin.Folder, file);
            if (!plugin.Manifest.Files.ContainsKey(name))
                yield return $"{name} lies in its folder but is not listed in plugin.json. Remove it or reinstall the plugin.";
        }
    }

    private static string? WhoElseCanWrite(InstalledPlugin plugin) =>
        Entries(plugin).Select(UnixPath.Resolve).Select(UnixPath.WhoElseCanWrite).FirstOrDefault(who => who is not null);

    /// <summary>Files and links of the folder and the folders in it; nothing is followed out of it or in a circle.</summary>
    private static FileSystemEnumerable<string> Entries(InstalledPlugin plugin) => new(
        plugin.Folder, (ref FileSystemEntry entry) => entry.ToFullPath(), new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
    {
        ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory || IsLink(ref entry),
        ShouldRecursePredicate = (ref FileSystemEntry entry) => !IsLink(ref entry),
    };

    private static bool IsLink(ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) != 0;

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
