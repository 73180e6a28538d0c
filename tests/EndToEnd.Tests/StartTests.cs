using System.Diagnostics;

namespace Cilium.Framework.EndToEnd.Tests;

/// <summary>An agent that cannot start says why, all at once, and leaves nothing behind.</summary>
public class StartTests
{
    private static async Task<(int Status, string Output)> AgentAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(TestLab.Layout.Agent, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync(TestLab.Cancelled);
        var error = await process.StandardError.ReadToEndAsync(TestLab.Cancelled);
        await process.WaitForExitAsync(TestLab.Cancelled);
        return (process.ExitCode, error + await output);
    }

    [Fact]
    public async Task Every_wrong_setting_is_named_with_its_origin_and_the_nearest_known_one()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["cilium.yaml"], "cluster:\n  id: 300\nroutng:\n  provider: direct\n", TestLab.Cancelled);
        var (status, output) = await AgentAsync("--config", folder["cilium.yaml"], "--set", "policy.enforcement=sometimes", "--set", "profile=nothing");
        Assert.Equal(1, status);
        foreach (var expected in new[] { "cluster.id", "300", "routng.provider", "routing.provider", "sometimes", "flag --set policy.enforcement", "\"nothing\" does not exist", "consul-direct, consul-vxlan, direct, dry-run, etcd-direct, etcd-vxlan, kube-router, standalone", "cilium.yaml:2" })
            Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_provider_is_named_with_the_known_ones()
    {
        using var folder = new TemporaryFolder();
        var (status, output) = await AgentAsync("--set", "profile=standalone", "--set", "kvstore.provider=etcdd", "--set", "plugins.development=true", "--set", $"state-dir={folder["s"]}", "--set", $"run-dir={folder["r"]}");
        Assert.Equal(1, status);
        Assert.Contains("etcdd", output, StringComparison.Ordinal);
        Assert.Contains("embedded", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_setting_of_a_plugin_is_named_with_the_nearest_known_one()
    {
        using var folder = new TemporaryFolder();
        var (status, output) = await AgentAsync("validate", "--set", "profile=standalone", "--set", "datapath.bpf.contrack-max=5", "--set", "plugins.development=true", "--set", $"state-dir={folder["s"]}", "--set", $"run-dir={folder["r"]}");
        Assert.Equal(1, status);
        Assert.Contains("contrack-max", output, StringComparison.Ordinal);
        Assert.Contains("conntrack-max", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["s"]));
    }

    [Fact]
    public async Task A_range_that_is_configured_where_ranges_are_claimed_is_refused()
    {
        using var folder = new TemporaryFolder();
        var (status, output) = await AgentAsync(
            "validate", "--set", "profile=etcd-direct", "--set", "ipam.provider=cluster-pool", "--set", "ipv4.pod-cidr=10.3.0.0/24", "--set", "plugins.development=true", "--set", $"state-dir={folder["s"]}", "--set", $"run-dir={folder["r"]}");
        Assert.Equal(1, status);
        Assert.Contains(
            "ipv4.pod-cidr: 10.3.0.0/24 (flag --set ipv4.pod-cidr) has no use: ipam.provider cluster-pool claims this node's range out of the pools of the cluster. Leave it out, or choose ipam.provider host-scope.",
            output, StringComparison.Ordinal);
        Assert.DoesNotContain("ipv6.pod-cidr", output, StringComparison.Ordinal);
    }
}
