using System.Text.Json;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Plugins;

/// <summary>Which plugins lie in a directory: reads plugin.json of each folder, nothing else.</summary>
internal sealed class PluginCatalog
{
    // A checkout keeps its build output in <project>/<configuration>.
    private static readonly string[] Configurations = ["debug", "release"];

    private readonly Dictionary<string, InstalledPlugin> _plugins = new(StringComparer.Ordinal);

    private PluginCatalog(string directory) => Directory = directory;

    public string Directory { get; }

    public IReadOnlyCollection<InstalledPlugin> Plugins => _plugins.Values;

    public InstalledPlugin? Find(string id) => _plugins.GetValueOrDefault(id);

    /// <summary>Names of a kind, ordered.</summary>
    public IReadOnlyList<string> NamesOf(string kind) =>
        [.. _plugins.Keys.Where(id => id.StartsWith(kind + ".", StringComparison.Ordinal)).Select(id => id[(kind.Length + 1)..]).Order(StringComparer.Ordinal)];

    public static PluginCatalog Read(string directory, bool development, List<ConfigurationProblem> problems)
    {
        var catalog = new PluginCatalog(directory);
        if (!System.IO.Directory.Exists(directory))
        {
            problems.Add(new("plugins:directory", $"CF1201 {directory} does not exist. Name the folder that holds the plugins' folders."));
            return catalog;
        }

        foreach (var folder in System.IO.Directory.EnumerateDirectories(directory).Order(StringComparer.Ordinal))
        {
            string[] candidates = development ? [folder, .. Configurations.Select(name => Path.Combine(folder, name))] : [folder];
            if (candidates.FirstOrDefault(candidate => File.Exists(Path.Combine(candidate, PluginManifest.FileName))) is { } found)
                catalog.Add(found, problems);
        }

        return catalog;
    }

    private void Add(string folder, List<ConfigurationProblem> problems)
    {
        var file = Path.Combine(folder, PluginManifest.FileName);
        try
        {
            var bytes = File.ReadAllBytes(file);
            var manifest = JsonSerializer.Deserialize(bytes, PluginManifestJson.Default.PluginManifest) ?? throw new JsonException("is empty");
            var plugin = new InstalledPlugin(UnixPath.Resolve(folder), manifest, bytes);
            if (!_plugins.TryAdd(manifest.Id, plugin))
                problems.Add(new("plugins:directory", $"CF1202 plugin {manifest.Id} lies in two folders: {_plugins[manifest.Id].Folder} and {plugin.Folder}. Remove one of them."));
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            problems.Add(new("plugins:directory", $"CF1201 {file} cannot be read as a plugin's description: {error.Message} Reinstall the plugin."));
        }
    }
}
