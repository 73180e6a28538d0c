using Cilium.Framework.Datapath;
using Cilium.Framework.Ipam;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Cilium.Framework.Plugins;

/// <summary>What a plugin registers with. Names are what the configuration selects by (<c>kvstore.provider: etcd</c>).</summary>
public interface IPluginBuilder
{
    /// <summary>The node and process that the plugin runs in.</summary>
    IPluginContext Context { get; }

    /// <summary>The plugin's own settings: the section of its id, such as <c>kvstore:etcd</c>.</summary>
    IConfigurationSection Configuration { get; }

    /// <summary>The plugin's own container; holds <see cref="Context"/>, a <see cref="TimeProvider"/> and logging from the start. Disposed when the agent stops.</summary>
    IServiceCollection Services { get; }

    /// <summary>Tells which settings the plugin knows; any other key of its section is an error that names the nearest known key.</summary>
    /// <param name="keys">Relative to the section, colon-separated; <c>*</c> stands for one segment of any name.</param>
    IPluginBuilder AddSettings(params ReadOnlySpan<string> keys);

    /// <summary>Provides a key-value store.</summary>
    /// <param name="name">Lower-case, as the configuration selects it.</param>
    /// <param name="factory">Creates it from the plugin's container; no I/O.</param>
    IPluginBuilder AddKvstore(string name, Func<IServiceProvider, IKvstore> factory);

    /// <summary>Provides a routing backend.</summary>
    /// <param name="name">Lower-case, as the configuration selects it.</param>
    /// <param name="factory">Creates it from the plugin's container; no I/O.</param>
    IPluginBuilder AddRouting(string name, Func<IServiceProvider, IRoutingBackend> factory);

    /// <summary>Provides address management.</summary>
    /// <param name="name">Lower-case, as the configuration selects it.</param>
    /// <param name="factory">Creates it from the plugin's container; no I/O.</param>
    IPluginBuilder AddIpam(string name, Func<IServiceProvider, IIpam> factory);

    /// <summary>Provides a datapath.</summary>
    /// <param name="name">Lower-case, as the configuration selects it.</param>
    /// <param name="factory">Creates it from the plugin's container; no I/O.</param>
    IPluginBuilder AddDatapath(string name, Func<IServiceProvider, IDatapath> factory);
}
