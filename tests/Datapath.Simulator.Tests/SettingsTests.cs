using Cilium.Framework.Errors;

namespace Cilium.Framework.Datapath.Simulator.Tests;

public sealed class SettingsTests
{
    [Fact]
    public void What_is_not_set_has_its_default() =>
        Assert.Equal(new SimulatorSettings(), SimulatorSettings.Read(new FakeSection("datapath:simulator", new Dictionary<string, string?>())));

    [Fact]
    public void Every_problem_is_reported_at_once()
    {
        var section = new FakeSection("datapath:simulator", new Dictionary<string, string?>
        {
            ["datapath:simulator:conntrack-max"] = "0",
            ["datapath:simulator:events-max"] = "many",
            ["datapath:simulator:trace"] = "maybe",
        });

        var failure = Assert.Throws<ConfigurationException>(() => SimulatorSettings.Read(section));

        Assert.Equal(
            [
                "datapath:simulator:conntrack-max: \"0\" is not accepted. Accepted: 1..16777216.",
                "datapath:simulator:events-max: \"many\" is not accepted. Accepted: 1..1048576.",
                "datapath:simulator:trace: \"maybe\" is not accepted. Accepted: true, false.",
            ],
            failure.Problems.Select(problem => problem.ToString()));
    }
}
