using System.Net;
using Cilium.Framework.Conformance.Datapath;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Conformance;

/// <summary>Every promise of the contracts, by the kit that authors of plugins have.</summary>
[Trait("Needs", "Root")]
public sealed class ConformanceTests : DatapathConformance
{
    /// <summary>The maps are this datapath's own: nobody else can have anything in them.</summary>
    internal static readonly string[] NotForTargets =
    [
        "AddForeignAsync gives false: there can be nothing of others",
        "Refused gives null: this target refuses no row by an outcome",
    ];

    protected override void NotApplicable(string reason) => Assert.Fail($"all of it applies, but: {reason}");

    protected override ValueTask<DatapathUnderTest> CreateAsync() => new(NodeUnderTest.Create());
}

[Trait("Needs", "Root")]
public sealed class PolicyTargetConformanceTests : PolicyTargetConformance
{
    protected override void NotApplicable(string reason) => Assert.Contains(reason, ConformanceTests.NotForTargets);

    protected override ValueTask<DatapathUnderTest> CreateDatapathAsync() => new(NodeUnderTest.Create());
}

[Trait("Needs", "Root")]
public sealed class IpCacheTargetConformanceTests : IpCacheTargetConformance
{
    protected override void NotApplicable(string reason) => Assert.Contains(reason, ConformanceTests.NotForTargets);

    protected override ValueTask<DatapathUnderTest> CreateDatapathAsync() => new(NodeUnderTest.Create());
}

[Trait("Needs", "Root")]
public sealed class EndpointTargetConformanceTests : EndpointTargetConformance
{
    /// <summary>Its device does not exist.</summary>
    protected override EndpointRow Refused => Rows[0] with { Id = 9, IfIndex = 9999, Device = "none0", IPv4 = IPAddress.Parse("10.90.1.9"), IPv6 = IPAddress.Parse("fd90::a:9") };

    protected override void NotApplicable(string reason) => Assert.Equal(ConformanceTests.NotForTargets[0], reason);

    protected override ValueTask<DatapathUnderTest> CreateDatapathAsync() => new(NodeUnderTest.Create());
}
