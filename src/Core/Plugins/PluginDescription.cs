namespace Cilium.Framework.Plugins;

/// <summary>A plugin as <c>plugin list</c> shows it.</summary>
/// <param name="Id">Kind and name.</param>
/// <param name="Version">The plugin's own version.</param>
/// <param name="ApiVersion">Version of the contracts that it was built against.</param>
/// <param name="Path">Its folder.</param>
/// <param name="State">Loaded, or installed but not selected.</param>
/// <param name="Provides">Such as <c>kvstore embedded</c>; empty when it is not loaded.</param>
/// <param name="Note">What was relaxed for it; empty when nothing was.</param>
public sealed record PluginDescription(string Id, string Version, string ApiVersion, string Path, PluginState State, IReadOnlyList<string> Provides, string Note);
