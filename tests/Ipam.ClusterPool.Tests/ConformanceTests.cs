using Cilium.Framework.Conformance.Ipam;
using Cilium.Framework.Ipam.HostScope;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Ipam.ClusterPool.Tests;

public sealed class ConformanceTests : IpamConformance
{
    protected override ValueTask<IIpam> CreateAsync() => new(new HostScopeIpam(ClusterPoolPlugin.Words, new IpamClusterPool(IpPrefix.Parse("10.0.0.0/8"), 24)));
}
