using Cilium.Framework.BadPlugins.Ipam.Fixture;
using Cilium.Framework.Plugins;

[assembly: CiliumPlugin("ipam.fixture", typeof(IpamFixture))]

namespace Cilium.Framework.BadPlugins.Ipam.Fixture;

/// <summary>Provides one that goes wrong when it is asked for the cluster's pools, as the file <c>behaviour</c> in its folder says.</summary>
public sealed class IpamFixture : IPlugin
{
    /// <inheritdoc />
    public void Configure(IPluginBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var behaviour = File.ReadAllText(Path.Combine(Path.GetDirectoryName(typeof(IpamFixture).Assembly.Location)!, "behaviour"));
        builder.AddIpam("fixture", _ => new FixtureIpam(behaviour));
    }
}
