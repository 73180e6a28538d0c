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
    }

    [Fact]
    public void Every_problem_is_reported_at_once()
    {
        var section = Section(new()
        {
            ["datapath:bpf:bpffs"] = "relative",
            ["datapath:bpf:conntrack-max"] = "many",
            ["datapath:bpf:sysctl"] = "maybe",
            ["datapath:bpf:events-buffer-bytes"] = "5000",
        });

        var failure = Assert.Throws<ConfigurationException>(() => BpfSettings.Read(section, "/run"));

        Assert.Equal(
            [
                "datapath:bpf:conntrack-max: \"many\" is not accepted. Accepted: 1024..16777216.",
                "datapath:bpf:sysctl: \"maybe\" is not accepted. Accepted: report, manage.",
                "datapath:bpf:bpffs: \"relative\" is not an absolute path.",
                "datapath:bpf:events-buffer-bytes: 5000 is not a power of two.",
            ],
            failure.Problems.Select(problem => problem.ToString()));
    }

    private static FakeSection Section(Dictionary<string, string?> values) => new FakeSection("datapath:bpf", values);
}
