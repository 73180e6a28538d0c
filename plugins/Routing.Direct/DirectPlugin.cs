using Cilium.Framework.Plugins;
using Cilium.Framework.Routing.Direct;

[assembly: CiliumPlugin("routing.direct", typeof(DirectPlugin))]

namespace Cilium.Framework.Routing.Direct;

/// <summary>The network around the node routes pod addresses, or the nodes themselves where they see each other; nothing is wrapped.</summary>
public sealed class DirectPlugin : IPlugin
{
    /// <inheritdoc />
    public void Configure(IPluginBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddSettings(DirectSettings.Keys);
        var settings = DirectSettings.Read(builder.Configuration);
        builder.AddRouting("direct", _ => new DirectRouting(settings, builder.Context.RouteProtocol));
    }
}
