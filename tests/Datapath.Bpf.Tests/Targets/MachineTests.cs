using Cilium.Framework.Datapath.Bpf.Programs;

namespace Cilium.Framework.Datapath.Bpf.Tests.Targets;

/// <summary>Settings of the machine are reported, and changed only when that is asked for.</summary>
[Trait("Needs", "Root")]
public sealed class MachineTests
{
    private const string ReversePathFilter = "ipv4/conf/all/rp_filter";

    [Fact]
    public void A_filter_that_overrides_ours_is_reported_and_left_alone()
    {
        using var node = new TestNode();
        node.In(() => Sysctl.WriteIfPresent(ReversePathFilter, 1));

        var findings = node.In(() => TestNode.Done(node.Datapath.ProbeAsync(default)));

        var finding = Assert.Single(findings, finding => finding.Subject == "net.ipv4.conf.all.rp_filter");
        Assert.Equal(ProbeSeverity.Warning, finding.Severity);
        Assert.StartsWith("It is 1, which overrides the 0 of our devices", finding.Message, StringComparison.Ordinal);
        node.Restart();
        Assert.Equal(1, node.In(() => Sysctl.Read(ReversePathFilter)));
    }

    [Fact]
    public void It_is_changed_when_the_settings_say_so()
    {
        using var node = new TestNode();
        node.In(() => Sysctl.WriteIfPresent(ReversePathFilter, 1));

        node.Restart(node.Settings with { ManageSysctl = true });

        Assert.Equal((0, 1, 1), node.In(() => (Sysctl.Read(ReversePathFilter), Sysctl.Read("ipv4/ip_forward"), Sysctl.Read("ipv6/conf/all/forwarding"))));
    }

    [Fact]
    public void An_endpoints_device_lets_packets_through_the_stack()
    {
        using var node = new TestNode();
        var pod = node.AddEndpoint(1, 1001, "10.90.1.1", null);

        Assert.Equal((0, 1), node.In(() => (Sysctl.Read($"ipv4/conf/{pod.Device}/rp_filter"), Sysctl.Read($"ipv4/conf/{pod.Device}/forwarding"))));
    }

    [Fact]
    public void A_missing_object_is_fatal()
    {
        using var empty = new TemporaryFolder();
        var datapath = new BpfDatapath(new FakePluginContext(empty.Path) { PluginDirectory = empty.Path }, new BpfSettings { BpfFs = empty["bpffs"] });

        var findings = TestNode.Done(datapath.ProbeAsync(default));

        Assert.Equal(5, findings.Count(finding => finding.Severity == ProbeSeverity.Fatal));
        Assert.False(Directory.Exists(empty["bpffs"]));
    }
}
