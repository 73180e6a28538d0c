namespace Cilium.Framework.Plugins;

/// <summary>A folder with a plugin.json. Nothing of it has been checked or run.</summary>
/// <param name="Folder">Absolute path without symbolic links.</param>
/// <param name="Manifest">What plugin.json says.</param>
/// <param name="ManifestBytes">plugin.json as read: what a pin is compared with.</param>
internal sealed record InstalledPlugin(string Folder, PluginManifest Manifest, byte[] ManifestBytes)
{
    /// <summary>How messages name it.</summary>
    public string Title => $"plugin {Manifest.Id} ({Folder})";

    /// <summary>Path of the main assembly.</summary>
    public string AssemblyPath => Path.Combine(Folder, Manifest.Assembly);
}
