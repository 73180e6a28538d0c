using Cilium.Framework.BadPlugins.Kvstore.Fixture;
using Cilium.Framework.BadPlugins.PrivateLibrary;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Plugins;

[assembly: CiliumPlugin("kvstore.fixture", typeof(KvstoreFixture))]

namespace Cilium.Framework.BadPlugins.Kvstore.Fixture;

/// <summary>Is started before the plugin that goes wrong.</summary>
public sealed class KvstoreFixture : IPlugin
{
    /// <inheritdoc />
    public void Configure(IPluginBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var journal = new Journal(builder.Context, "kvstore");
        journal.Note($"Configure with {Library.Version1}");
        builder.AddKvstore("fixture", _ => Noting.Create<IKvstore>(journal));
    }
}
