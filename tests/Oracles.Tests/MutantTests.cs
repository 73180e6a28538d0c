using Cilium.Framework.Oracles.Driving;
using Cilium.Framework.Oracles.Generation;

namespace Cilium.Framework.Oracles;

/// <summary>A defect of the programs that changes a verdict or a frame makes the oracles disagree. (Defects of time and order have tests of their own.)</summary>
[Collection(nameof(OracleCollection))]
[Trait("Needs", "Root")]
public class MutantTests
{
    /// <summary>Many times what any of these mutants has needed.</summary>
    private const int Cases = 2000;

    [Theory]
    [InlineData("01-mac-check")]
    [InlineData("02-ip-check")]
    [InlineData("04-no-policy-number")]
    [InlineData("05-no-ingress")]
    [InlineData("09-rejudge-direction")]
    [InlineData("10-fragment-unjudged")]
    [InlineData("11-netdev-spoof")]
    [InlineData("13-checksum")]
    [InlineData("14-policy-port")]
    [InlineData("15-deny-number")]
    public async Task A_mutant_makes_the_oracles_disagree(string mutant)
    {
        using var build = await MutantBuild.CompileAsync(mutant);
        using var programs = new BpfNode(build.PluginDirectory);
        using var simulator = new SimulatorNode();
        var comparison = new Comparison([simulator, programs]);
        for (var seed = 0; seed < Cases; seed++)
        {
            if (comparison.Disagreement(CaseGenerator.Make(seed)) is { } disagreement)
            {
                Assert.Contains("programs:", disagreement, StringComparison.Ordinal);
                return;
            }
        }

        Assert.Fail($"{mutant}: {Cases} cases and no disagreement");
    }
}
