using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

/// <summary>What a node is after <c>cilium cleanup</c>.</summary>
[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class CleanupTests(BareNode bare) : IClassFixture<BareNode>
{
    [Fact]
    public async Task A_node_that_wrapped_packets_is_as_it_was_before_its_first_agent()
    {
        // Strict filters and no forwarding for others: a machine that has never been a router.
        Sysctl.Write(bare.Node.Network.Node, "net/ipv4/ip_forward", "0");
        Sysctl.Write(bare.Node.Network.Node, "net/ipv4/conf/eth0/rp_filter", "2");
        var (node, before) = (bare.Node, await NodeDump.OfAsync(bare.Node));
        await node.StartAgentAsync(TestLab.Cancelled, settings: ["routing.provider=tunnel", "datapath.bpf.sysctl=manage"]);
        var pod = await node.AddPodAsync("client", ["k8s:app=client"], TestLab.Cancelled);
        var during = await NodeDump.OfAsync(node);
        Assert.All(["cilium_vxlan", "proto 161", "/run/bpffs/"], expected => Assert.Contains(expected, during, StringComparison.Ordinal));
        await node.RemovePodAsync(pod, TestLab.Cancelled);
        await node.Agent.StopAsync(TestLab.Cancelled);

        var (status, output, error) = await TestLab.CliAsync(node, "cleanup", "--force", "--state");

        Assert.True(status == 0, $"{output}{error}");
        Assert.Contains("device cilium_vxlan\n", output, StringComparison.Ordinal);
        Assert.Contains("setting net.ipv4.conf.eth0.rp_filter, which is 2 again\n", output, StringComparison.Ordinal);
        Assert.Equal(before, await NodeDump.OfAsync(node));
    }
}
