using System.Security.Cryptography;
using Cilium.Framework.Configuration;

namespace Cilium.Framework.Plugins;

/// <summary>Checks that a folder holds what its author built: owner and mode, hashes, pin.</summary>
internal static class PluginIntegrity
{
    private static readonly string[] Executable = [".dll", ".so"];

    /// <summary>Everything that is wrong, in words; empty when nothing is.</summary>
    public static IEnumerable<string> Check(InstalledPlugin plugin, AgentOptions options)
    {
        if (!options.PluginsDevelopment)
        {
            foreach (var file in Files(plugin))
            {
                if (UnixPath.WhoElseCanWrite(file) is not { } who)
                    continue;
                yield return $"{who}, so that others than root could change what the agent runs. Give it to root and take the right to write away (chmod go-w), or set plugins.development to true for a checkout.";
                break;
            }
        }

        if (options.PluginPins.TryGetValue(plugin.Manifest.Id, out var pin) && Hash(plugin.ManifestBytes) is var actual && pin != actual)
            yield return $"plugin.json has the SHA-256 {actual}, but plugins.pins asks for {pin}. Install the pinned build or change the pin.";
        foreach (var problem in CheckFiles(plugin))
            yield return problem;
    }

    /// <summary>Files that could be changed unnoticed by a development setting: what is relaxed is reported.</summary>
    public static string? Relaxed(InstalledPlugin plugin, AgentOptions options) =>
        options.PluginsDevelopment && Files(plugin).Select(UnixPath.WhoElseCanWrite).FirstOrDefault(who => who is not null) is { } who
            ? $"plugins.development is true: loaded although {who}"
            : null;

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

        foreach (var file in Files(plugin).Where(file => Executable.Contains(Path.GetExtension(file))))
        {
            var name = Path.GetRelativePath(plugin.Folder, file);
            if (!plugin.Manifest.Files.ContainsKey(name))
                yield return $"{name} lies in its folder but is not listed in plugin.json. Remove it or reinstall the plugin.";
        }
    }

    private static IEnumerable<string> Files(InstalledPlugin plugin) => Directory.EnumerateFiles(plugin.Folder, "*", SearchOption.AllDirectories);

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
