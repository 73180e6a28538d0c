using Cilium.Framework.Kvstore.Etcd;
using Cilium.Framework.Plugins;

[assembly: CiliumPlugin("kvstore.etcd", typeof(EtcdPlugin))]

namespace Cilium.Framework.Kvstore.Etcd;

/// <summary>A store in etcd 3.4 or newer, which all nodes share.</summary>
public sealed class EtcdPlugin : IPlugin
{
    /// <inheritdoc />
    public void Configure(IPluginBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var settings = EtcdSettingsReader.Read(builder.Configuration);
        var context = builder.Context;
        builder.AddSettings(EtcdSettingsReader.Keys);
        builder.AddKvstore("etcd", _ => new EtcdKvstore(settings, context.Time, context.Loggers));
    }
}
