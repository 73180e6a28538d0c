using System.Net;
using Cilium.Framework.NodeHealth;
using Cilium.Framework.Nodes;

namespace Cilium.Framework.Core.Tests.NodeHealth;

public class ReachabilityTests
{
    private static readonly NodeKey Node = new("default", "a");

    private static NodeHealthRow Row(ProbeKind kind, ProbeResult? result)
    {
        var row = new NodeHealthRow(new HealthPath(Node, HealthPlace.Node, false, kind), IPAddress.Loopback, DateTimeOffset.UnixEpoch);
        return result is { } known ? row.After(known, DateTimeOffset.UnixEpoch) : row;
    }

    private static readonly ProbeResult Answered = ProbeResult.Answered(TimeSpan.FromMilliseconds(1));

    [Fact]
    public void A_node_is_reachable_when_every_path_answers() =>
        Assert.Equal(HealthPathState.Reachable, Reachability.Of([Row(ProbeKind.Icmp, Answered), Row(ProbeKind.Http, Answered)]));

    [Fact]
    public void One_path_without_an_answer_makes_it_unreachable() =>
        Assert.Equal(HealthPathState.Unreachable, Reachability.Of([Row(ProbeKind.Icmp, null), Row(ProbeKind.Http, ProbeResult.Failed("refused"))]));

    [Fact]
    public void What_was_never_probed_is_not_known() => Assert.Equal(HealthPathState.Unknown, Reachability.Of([Row(ProbeKind.Icmp, null), Row(ProbeKind.Http, Answered)]));

    [Fact]
    public void What_this_node_cannot_probe_does_not_count() =>
        Assert.Equal(HealthPathState.Reachable, Reachability.Of([Row(ProbeKind.Icmp, ProbeResult.Impossible("no right")), Row(ProbeKind.Http, Answered)]));

    [Fact]
    public void A_node_that_cannot_be_probed_at_all_is_not_reachable() => Assert.Equal(HealthPathState.Unknown, Reachability.Of([]));

    [Fact]
    public void Nodes_are_counted_by_their_own_paths()
    {
        NodeRow[] nodes = [new() { Key = Node, Origin = NodeOrigin.Kvstore }, new() { Key = new("default", "b"), Origin = NodeOrigin.Kvstore }];
        Assert.Equal((1, 1), Reachability.Count(nodes, [Row(ProbeKind.Icmp, Answered)]));
    }
}
