using Cilium.Framework.Netlink;
using Cilium.Framework.Plugins;
using Cilium.Framework.Routing.KubeRouter;

[assembly: CiliumPlugin("routing.kube-router", typeof(KubeRouterPlugin))]

namespace Cilium.Framework.Routing.KubeRouter;

/// <summary>kube-router routes between nodes; this node's own endpoints are routed here, and whether the others can be reached is watched.</summary>
public sealed class KubeRouterPlugin : IPlugin
{
    /// <inheritdoc />
    public void Configure(IPluginBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddSettings(KubeRouterSettingsReader.Keys);
        var settings = KubeRouterSettingsReader.Read(builder.Configuration);
        builder.AddRouting("kube-router", _ => new KubeRouterRouting(settings, builder.Context, RouteNetlink.Open));
    }
}
