using System.Globalization;
using Cilium.Framework.Core.ScenarioTests.Language;
using Cilium.Framework.Core.ScenarioTests.Targets;

namespace Cilium.Framework.Core.ScenarioTests;

/// <summary>Every scenario, in several orders of its lines and of the loops, without a fault and with each target failing once.</summary>
public sealed class ScenarioTests
{
    private const int Orders = 6;

    public static TheoryData<string, string> All()
    {
        var all = new TheoryData<string, string>();
        foreach (var name in Scenario.Names)
        {
            foreach (var fault in Fault.All)
                all.Add(name, fault.ToString());
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_order_of_realisation_is_kept(string scenario, string fault)
    {
        var parsed = Scenario.Load(scenario);
        foreach (var seed in Seeds())
            Play(parsed, Fault.All.Single(known => known.ToString() == fault), seed);
    }

    private static void Play(Scenario scenario, Fault fault, int seed)
    {
        using var run = new ScenarioRun(scenario, fault, seed);
        try
        {
            run.Play();
        }
        catch (Exception exception)
        {
            Assert.Fail($"{scenario.Sentence}\n{exception.Message}\nscenario {scenario.Name}, {fault}, order {seed} (SCENARIO_ORDER={seed} runs this one only). What the datapath was told:\n{run.Journal}\n{exception.StackTrace}");
        }
    }

    private static IEnumerable<int> Seeds() => Environment.GetEnvironmentVariable("SCENARIO_ORDER") is { Length: > 0 } one
        ? [int.Parse(one, CultureInfo.InvariantCulture)]
        : Enumerable.Range(1, Orders);
}
