namespace Cilium.Framework.Plugins;

/// <summary>What plugin.json says.</summary>
/// <param name="Id">Kind and name, such as <c>ipam.host-scope</c>.</param>
/// <param name="Version">The plugin's own version.</param>
/// <param name="ApiVersion">Version of the contracts that it was built against.</param>
/// <param name="Assembly">File of the main assembly.</param>
/// <param name="Files">SHA-256 in hex of every file, by path relative to the folder.</param>
internal sealed record PluginManifest(string Id, string Version, string ApiVersion, string Assembly, IReadOnlyDictionary<string, string> Files)
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "plugin.json";
}
