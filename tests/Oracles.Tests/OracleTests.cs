using System.Globalization;
using Cilium.Framework.Oracles.Driving;
using Cilium.Framework.Oracles.Generation;
using FsCheck;
using FsCheck.Fluent;

namespace Cilium.Framework.Oracles;

/// <summary>Three oracles that share nothing say the same about generated documents and packets. Set ORACLE_SEED to the number that a run prints to play it again.</summary>
[Collection(nameof(OracleCollection))]
public class OracleTests(ITestOutputHelper output)
{
    /// <summary>Worlds with their documents; in each some fifteen packets are judged, so that one run judges twice the 5,000 that it must.</summary>
    private const int Cases = 700;

    [Fact]
    public void The_naive_evaluator_and_the_simulator_agree()
    {
        using var simulator = new SimulatorNode();
        Agree(simulator);
    }

    [Fact]
    [Trait("Needs", "Root")]
    public void The_naive_evaluator_the_simulator_and_the_programs_agree()
    {
        using var programs = new BpfNode();
        using var simulator = new SimulatorNode();
        Agree(simulator, programs);
    }

    private void Agree(params IReadOnlyList<NodeUnderTest> nodes)
    {
        var seed = Environment.GetEnvironmentVariable("ORACLE_SEED") is { Length: > 0 } given ? ulong.Parse(given, CultureInfo.InvariantCulture) : (ulong)Random.Shared.NextInt64(1, long.MaxValue);
        output.WriteLine($"ORACLE_SEED={seed}");
        var distribution = new Distribution();
        var comparison = new Comparison(nodes);
        var cases = Arb.From(Gen.Choose(0, int.MaxValue - 1).Select(CaseGenerator.Make), played => played.Smaller());
        var config = Config.QuickThrowOnFailure.WithMaxTest(Cases).WithReplay(seed, 1).WithQuietOnSuccess(true);
        string? smallest = null;
        try
        {
            Check.One(config, Prop.ForAll(cases, played =>
            {
                var disagreement = comparison.Disagreement(played, smallest is null ? distribution.Add : null);
                // The last failure that FsCheck sees is the smallest.
                smallest = disagreement is null ? smallest : $"{played}\n{disagreement}";
                return disagreement is null;
            }));
        }
        catch (Exception) when (smallest is not null)
        {
            Assert.Fail($"ORACLE_SEED={seed}: the oracles disagree.\n{smallest}");
        }

        output.WriteLine(distribution.ToString());
        Assert.Empty(distribution.Gaps());
    }
}

/// <summary>Kernel objects are shared: one after the other.</summary>
[CollectionDefinition(nameof(OracleCollection), DisableParallelization = true)]
public class OracleCollection;
