using Cilium.Framework.BadPlugins.Datapath.Fixture;
using Cilium.Framework.Datapath;
using Cilium.Framework.Plugins;

[assembly: CiliumPlugin("datapath.fixture", typeof(DatapathFixture))]

namespace Cilium.Framework.BadPlugins.Datapath.Fixture;

/// <summary>Would be started after the plugin that goes wrong.</summary>
public sealed class DatapathFixture : IPlugin
{
    /// <inheritdoc />
    public void Configure(IPluginBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var journal = new Journal(builder.Context, "datapath");
        journal.Note("Configure");
        builder.AddDatapath("fixture", _ => Noting.Create<IDatapath>(journal));
    }
}
