using Cilium.Framework.Kvstore.Consul;
using Cilium.Framework.Plugins;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

[assembly: CiliumPlugin("kvstore.consul", typeof(ConsulPlugin))]

namespace Cilium.Framework.Kvstore.Consul;

/// <summary>A store in the servers of Consul, for clusters of many nodes.</summary>
public sealed class ConsulPlugin : IPlugin
{
    /// <inheritdoc />
    public void Configure(IPluginBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var settings = ConsulSettings.Read(builder.Configuration);
        builder.AddSettings(ConsulSettings.Keys).AddKvstore("consul", services => new ConsulKvstore(
            settings, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILoggerFactory>().CreateLogger("kvstore.consul")));
    }
}
