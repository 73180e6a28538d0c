namespace Cilium.Framework.Plugins;

/// <summary>Entry of a plugin.</summary>
public interface IPlugin
{
    /// <summary>Registers what the plugin provides. No I/O, no threads, no state outside the builder: the host may call it only to validate a configuration.</summary>
    /// <param name="builder">Where to register.</param>
    /// <exception cref="Errors.ConfigurationException">The plugin's settings are wrong; carries every problem at once.</exception>
    void Configure(IPluginBuilder builder);
}
