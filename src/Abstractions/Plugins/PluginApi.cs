namespace Cilium.Framework.Plugins;

/// <summary>Version of these contracts.</summary>
public static class PluginApi
{
    /// <summary>Major and minor, as plugin.json names it. A host loads plugins of the same major and a minor not above its own. Also in build/Cilium.Framework.Abstractions.targets.</summary>
    public const string Version = "0.1";
}
