using Cilium.Framework.Errors;

namespace Cilium.Framework.Plugins;

/// <summary>Why a plugin is not loaded.</summary>
/// <param name="Id">Its entry in docs/errors.</param>
/// <param name="Text">The cause and the cure.</param>
internal sealed record PluginRefusal(string Id, string Text)
{
    /// <summary>Says which plugin is meant.</summary>
    /// <param name="plugin">The plugin.</param>
    /// <param name="path">The setting that selects it.</param>
    public ConfigurationProblem Of(InstalledPlugin plugin, string path) => new(path, $"{Id} {plugin.Title}: {Text}");
}
