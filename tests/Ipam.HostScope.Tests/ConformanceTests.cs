using Cilium.Framework.Conformance.Ipam;

namespace Cilium.Framework.Ipam.HostScope.Tests;

public sealed class ConformanceTests : IpamConformance
{
    protected override ValueTask<IIpam> CreateAsync() => new(new HostScopeIpam(HostScopePlugin.Words));
}
