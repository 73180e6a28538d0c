using System.Net;
using Cilium.Framework.Agent.NodeHealth;
using Cilium.Framework.NodeHealth;
using Cilium.Framework.Nodes;

namespace Cilium.Framework.Agent.Tests.NodeHealth;

public class NodeHealthReportTests
{
    private static readonly NodeKey A = new("default", "a"), B = new("blue", "b");
    private static readonly NodeRow[] Nodes = [new() { Key = B, Origin = NodeOrigin.Kvstore }, new() { Key = A, Origin = NodeOrigin.Local }];

    private static NodeHealthRow Row(NodeKey node, ProbeKind kind, HealthPathState state, HealthPlace place = HealthPlace.Node) =>
        new(new HealthPath(node, place, false, kind), IPAddress.Parse("192.0.2.1"), DateTimeOffset.UnixEpoch)
        {
            State = state, Latency = TimeSpan.FromMilliseconds(1.5), Error = state == HealthPathState.Unreachable ? "no route to host" : "",
        };

    private static readonly NodeHealthRow[] Rows =
    [
        Row(A, ProbeKind.Icmp, HealthPathState.Reachable), Row(A, ProbeKind.Http, HealthPathState.Reachable),
        Row(B, ProbeKind.Icmp, HealthPathState.Reachable), Row(B, ProbeKind.Http, HealthPathState.Reachable),
        Row(B, ProbeKind.Icmp, HealthPathState.Unreachable, HealthPlace.Endpoint), Row(B, ProbeKind.Http, HealthPathState.Reachable, HealthPlace.Endpoint),
    ];

    [Fact]
    public void A_node_is_shown_with_both_ways_of_asking_each_of_its_addresses()
    {
        var health = NodeHealthReport.Of(true, A, Nodes, Rows);
        Assert.Equal((true, "a", 1), (health.Enabled, health.Self, health.Reachable));
        Assert.Equal(["a reachable 1 0", "blue/b unreachable 1 1"], health.Nodes.Select(node => $"{node.Name} {node.State} {node.Host.Count} {node.Endpoint.Count}"));
        var endpoint = health.Nodes[1].Endpoint[0];
        Assert.Equal(("192.0.2.1", "unreachable", "no route to host", "reachable", 1_500_000L), (endpoint.Ip, endpoint.Icmp.State, endpoint.Icmp.Status, endpoint.Http.State, endpoint.Http.Latency));
    }

    [Fact]
    public void The_summary_counts_the_nodes()
    {
        var summary = NodeHealthReport.Summary(true, Nodes, Rows);
        Assert.Equal(("Warning", "1/2 reachable"), (summary.State, summary.Msg));
    }

    [Fact]
    public void What_nobody_has_probed_yet_is_not_called_unreachable()
    {
        var summary = NodeHealthReport.Summary(true, Nodes, []);
        Assert.Equal(("Warning", "0/2 reachable, 2 unknown yet"), (summary.State, summary.Msg));
    }

    [Fact]
    public void A_node_that_probes_nobody_says_so()
    {
        Assert.Equal("Disabled", NodeHealthReport.Summary(false, Nodes, []).State);
        Assert.False(NodeHealthReport.Of(false, A, Nodes, []).Enabled);
        Assert.Empty(NodeHealthReport.Of(false, A, Nodes, []).Nodes);
    }
}
