using Cilium.Framework.Datapath.Bpf.Conntrack;
using Cilium.Framework.Errors;
using Microsoft.Extensions.Configuration;

namespace Cilium.Framework.Datapath.Bpf.Tests.Targets;

public sealed class SettingsTests
{
    [Fact]
    public void Defaults_lie_under_the_run_directory()
    {
        var settings = BpfSettings.Read(Section([]), "/run/cilium");

        Assert.Equal("/run/cilium/bpffs", settings.BpfFs);
        Assert.False(settings.ManageSysctl);
        Assert.True(settings.ConntrackTable);
    }

    [Fact]
    public void Every_problem_is_reported_at_once()
    {
        var section = Section(new()
        {
            ["datapath:bpf:bpffs"] = "relative",
            ["datapath:bpf:conntrack-max"] = "many",
            ["datapath:bpf:conntrack"] = "hash",
            ["datapath:bpf:sysctl"] = "maybe",
            ["datapath:bpf:events-buffer-bytes"] = "5000",
        });

        var failure = Assert.Throws<ConfigurationException>(() => BpfSettings.Read(section, "/run"));

        Assert.Equal(
            [
                "datapath:bpf:conntrack-max: \"many\" is not accepted. Accepted: auto, 1024..16777216.",
                "datapath:bpf:conntrack: \"hash\" is not accepted. Accepted: table, lru.",
                "datapath:bpf:sysctl: \"maybe\" is not accepted. Accepted: report, manage.",
                "datapath:bpf:bpffs: \"relative\" is not an absolute path.",
                "datapath:bpf:events-buffer-bytes: 5000 is not a power of two.",
            ],
            failure.Problems.Select(problem => problem.ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("auto")]
    public void Room_for_connections_comes_from_the_machines_memory(string? value)
    {
        var settings = BpfSettings.Read(Section(value is null ? [] : new() { ["datapath:bpf:conntrack-max"] = value }), "/run");

        Assert.Equal(ConnectionRoom.OfThisMachine(), settings.ConntrackMax);
    }

    [Theory]
    [InlineData(1L << 30, 65_536)]
    [InlineData(8L << 30, 152_576)]
    [InlineData(64L << 30, 1_226_752)]
    [InlineData(1L << 40, 2_097_152)]
    public void Connections_take_half_a_percent_of_the_memory(long memory, uint connections) => Assert.Equal(connections, ConnectionRoom.Of(memory));

    private static FakeSection Section(Dictionary<string, string?> values) => new FakeSection("datapath:bpf", values);
}
