using Cilium.Framework.Datapath;
using Cilium.Framework.Ipam;
using Cilium.Framework.Routing;

namespace Cilium.Framework.Plugins;

/// <summary>The selected backends of a node. The caller starts kvstore, ipam, routing, datapath in this order.</summary>
public sealed class PluginSet : LoadedPlugins
{
    internal PluginSet(IReadOnlyDictionary<string, LoadedPlugin> plugins, TimeSpan patience, TimeProvider time)
        : base(plugins, "The agent did not start; what was realised before stays.", patience, time)
    {
    }

    /// <summary>The selected address management.</summary>
    public required IIpam Ipam { get; init; }

    /// <summary>Pools of the cluster that it has told; empty: this node's ranges are configured.</summary>
    public required IReadOnlyList<IpamClusterPool> ClusterPools { get; init; }

    /// <summary>The selected routing backend.</summary>
    public required IRoutingBackend Routing { get; init; }

    /// <summary>The selected datapath.</summary>
    public required IDatapath Datapath { get; init; }

    private protected override IEnumerable<(string Kind, IAsyncDisposable Backend)> Backends => [("datapath", Datapath), ("routing", Routing), .. base.Backends];
}
