using Cilium.Framework.Ipam.HostScope;
using Cilium.Framework.Plugins;

[assembly: CiliumPlugin("ipam.host-scope", typeof(HostScopePlugin))]

namespace Cilium.Framework.Ipam.HostScope;

/// <summary>Hands out addresses of this node's own ranges. Has no settings: the ranges come from the core.</summary>
public sealed class HostScopePlugin : IPlugin
{
    internal static readonly PoolWords Words = new(
        "host-scope", family => $"Set {family}.enabled and {family}.pod-cidr.", family => $"give the node a larger range ({family}.pod-cidr)");

    /// <inheritdoc />
    public void Configure(IPluginBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddIpam("host-scope", _ => new HostScopeIpam(Words));
    }
}
