using Cilium.Framework.Conformance.Datapath;

namespace Cilium.Framework.Datapath.Simulator.Tests;

public sealed class ConformanceTests : DatapathConformance
{
    /// <summary>The simulator ends with its process, shares its tables with nobody, and refuses no such row.</summary>
    internal static readonly string[] NotForTargets =
    [
        "AddForeignAsync gives false: there can be nothing of others",
        "RestartAsync gives null: what this target makes ends with the process",
        "Refused gives null: this target refuses no row by an outcome",
    ];

    internal static DatapathUnderTest Simulator() => new(new SimulatorDatapath(new FakePluginContext(""), new()));

    protected override void NotApplicable(string reason) => Assert.Contains(reason, (string[])["SurvivesAgent is not claimed"]);

    protected override ValueTask<DatapathUnderTest> CreateAsync() => new(Simulator());
}

public sealed class PolicyTargetConformanceTests : PolicyTargetConformance
{
    protected override void NotApplicable(string reason) => Assert.Contains(reason, ConformanceTests.NotForTargets);

    protected override ValueTask<DatapathUnderTest> CreateDatapathAsync() => new(ConformanceTests.Simulator());
}

public sealed class IpCacheTargetConformanceTests : IpCacheTargetConformance
{
    protected override void NotApplicable(string reason) => Assert.Contains(reason, ConformanceTests.NotForTargets);

    protected override ValueTask<DatapathUnderTest> CreateDatapathAsync() => new(ConformanceTests.Simulator());
}

public sealed class EndpointTargetConformanceTests : EndpointTargetConformance
{
    protected override void NotApplicable(string reason) => Assert.Contains(reason, ConformanceTests.NotForTargets);

    protected override ValueTask<DatapathUnderTest> CreateDatapathAsync() => new(ConformanceTests.Simulator());
}
