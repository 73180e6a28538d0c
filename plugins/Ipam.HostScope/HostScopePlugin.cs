using Cilium.Framework.Ipam.HostScope;
using Cilium.Framework.Plugins;

[assembly: CiliumPlugin("ipam.host-scope", typeof(HostScopePlugin))]

namespace Cilium.Framework.Ipam.HostScope;

/// <summary>Hands out addresses of this node's own ranges. Has no settings: the ranges come from the core.</summary>
public sealed class HostScopePlugin : IPlugin
{
    /// <inheritdoc />
    public void Configure(IPluginBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddIpam("host-scope", _ => new HostScopeIpam());
    }
}
