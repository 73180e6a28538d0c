using Cilium.Framework.Plugins;
using Cilium.Framework.Routing.Tunnel;

[assembly: CiliumPlugin("routing.tunnel", typeof(TunnelPlugin))]

namespace Cilium.Framework.Routing.Tunnel;

/// <summary>Packets between nodes are wrapped in VXLAN or Geneve; the network needs to know the nodes only.</summary>
public sealed class TunnelPlugin : IPlugin
{
    /// <inheritdoc />
    public void Configure(IPluginBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddSettings(TunnelSettings.Keys);
        var settings = TunnelSettings.Read(builder.Configuration);
        builder.AddRouting("tunnel", _ => new TunnelRouting(settings, builder.Context.RouteProtocol));
    }
}
