using Cilium.Framework.Ipam.ClusterPool;
using Cilium.Framework.Ipam.HostScope;
using Cilium.Framework.Plugins;

[assembly: CiliumPlugin("ipam.cluster-pool", typeof(ClusterPoolPlugin))]

namespace Cilium.Framework.Ipam.ClusterPool;

/// <summary>Hands out addresses of ranges that this node gets out of pools of the whole cluster.</summary>
public sealed class ClusterPoolPlugin : IPlugin
{
    internal static readonly PoolWords Words = new(
        "cluster-pool",
        family => $"Its range is claimed in the store: cilium status says what is awaited. Without {family}.enabled and a pool (ipam.cluster-pool.{family}.pools) there is none.",
        family => $"give nodes larger ranges (ipam.cluster-pool.{family}.mask-size; holds for nodes that have none yet)");

    /// <inheritdoc />
    public void Configure(IPluginBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var pools = PoolSettings.Read(builder.Configuration);
        builder.AddSettings(PoolSettings.Keys).AddIpam("cluster-pool", _ => new HostScopeIpam(Words, pools));
    }
}
