namespace Cilium.Framework.Plugins;

/// <summary>What became of an installed plugin.</summary>
public enum PluginState
{
    /// <summary>It lies in the plugins' directory; the configuration does not select it and nothing of it was run.</summary>
    Installed,

    /// <summary>Its code was loaded and it provides what is selected.</summary>
    Loaded,
}
