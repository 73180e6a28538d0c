using Cilium.Framework.Plugins;
using Cilium.Framework.Routing.Direct;
using Microsoft.Extensions.DependencyInjection;

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
        builder.AddRouting("direct", services => new DirectRouting(settings, services.GetRequiredService<IPluginContext>().RouteProtocol));
    }
}
