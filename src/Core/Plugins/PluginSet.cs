using Cilium.Framework.Datapath;
using Cilium.Framework.Ipam;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Routing;

namespace Cilium.Framework.Plugins;

/// <summary>The selected backends. Nothing is started; the caller starts kvstore, ipam, routing, datapath in this order and stops them in the reverse one, before disposing this.</summary>
public sealed class PluginSet : IAsyncDisposable
{
    private readonly IReadOnlyList<LoadedPlugin> _plugins;

    internal PluginSet(IReadOnlyList<LoadedPlugin> plugins) => _plugins = plugins;

    /// <summary>The selected store.</summary>
    public required IKvstore Kvstore { get; init; }

    /// <summary>The selected address management.</summary>
    public required IIpam Ipam { get; init; }

    /// <summary>The selected routing backend.</summary>
    public required IRoutingBackend Routing { get; init; }

    /// <summary>The selected datapath.</summary>
    public required IDatapath Datapath { get; init; }

    /// <summary>Every plugin of the plugins' directory, ordered by id.</summary>
    public required IReadOnlyList<PluginDescription> Descriptions { get; init; }

    /// <summary>Disposes the plugins' containers, the last loaded first.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var plugin in _plugins.Reverse())
            await plugin.DisposeAsync();
    }
}
