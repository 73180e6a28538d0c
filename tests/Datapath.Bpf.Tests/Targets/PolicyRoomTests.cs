using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Targets;

/// <summary>A policy map that is full, on the real datapath: predicted, refused as a whole, healed by itself.</summary>
[Trait("Needs", "Root")]
public sealed class PolicyRoomTests : IDisposable
{
    private const int Max = 256;

    private readonly TestNode _node = new(settings: Variant.Settings with { PolicyMax = Max });
    private readonly TestPod _client;
    private readonly TestPod _server;

    public PolicyRoomTests()
    {
        _client = _node.AddEndpoint(1, 1001, "10.90.1.1", null, Entries.AllIn, Entries.AllOut);
        _server = _node.AddEndpoint(2, 1002, "10.90.1.2", null, Entries.In(1001, IpProtocol.Tcp, 80), Entries.AllOut);
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public void A_first_policy_that_does_not_fit_is_refused_before_anything_is_written()
    {
        var (before, writes) = (Everything(), _node.Datapath.MapWriteCount);

        var outcome = Try(1003, Many(300));

        Assert.Equal(ErrorKind.Exhausted, outcome.Kind);
        Assert.Equal(
            "policy 1003: its 300 entries do not fit: 4 of 256 entries of all policies are taken, 300 more are needed. Nothing was written; what was realised before still stands. Remove rules, or raise datapath.bpf.policy-max (it takes effect after `cilium cleanup --force`).",
            outcome.Error);
        Assert.Equal(writes, _node.Datapath.MapWriteCount);
        Assert.Equal(before, Everything());
    }

    [Theory]
    [InlineData(true, " beside the 2 that they replace, and both must: 4 of 256 entries of all policies are taken, 253 more are needed.")]
    [InlineData(false, ": 4 of 256 entries of all policies are taken, 253 more are needed.")]
    public void A_change_that_does_not_fit_leaves_the_old_policy_in_force(bool replaces, string expected)
    {
        PolicyEntry[] kept = [Entries.In(1001, IpProtocol.Tcp, 80), Entries.AllOut];
        var wanted = PolicyEntrySet.Create([.. replaces ? [] : kept, .. Many(253)]);
        _node.From(_client, Frames.TcpFrom(_client, "10.90.1.2", 40000, 80));
        var (before, writes) = (Everything(), _node.Datapath.MapWriteCount);

        var outcome = Try(1002, wanted);

        Assert.Equal(ErrorKind.Exhausted, outcome.Kind);
        Assert.StartsWith($"policy 1002: its {wanted.Count} entries do not fit{expected}", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(writes, _node.Datapath.MapWriteCount);
        Assert.Equal(before, Everything());
        Assert.Equal(VerdictKind.ToEndpoint, _node.From(_client, Frames.TcpFrom(_client, "10.90.1.2", 40000, 80, Frames.Ack)).Kind);
        Assert.Equal(VerdictKind.ToEndpoint, _node.From(_client, Frames.TcpFrom(_client, "10.90.1.2", 40001, 80)).Kind);
        Assert.Equal(DropReason.PolicyDenied, _node.From(_client, Frames.TcpFrom(_client, "10.90.1.2", 40000, 81)).Reason);
    }

    [Fact]
    public void What_just_fits_is_realised_to_the_last_entry()
    {
        Assert.Null(Try(1003, Many(252)).Error);
        Assert.Equal(Max, Everything().Count(line => line.StartsWith("entry", StringComparison.Ordinal)));
        Assert.Equal(
            "policy 1004: its 1 entries do not fit: 256 of 256 entries of all policies are taken, 1 more are needed.",
            Try(1004, Many(1)).Error?.Split(" Nothing was")[0]);
    }

    [Fact]
    public void Removed_rules_make_room_for_what_was_refused()
    {
        Assert.Null(Try(1003, Many(200)).Error);
        Assert.Equal(ErrorKind.Exhausted, Try(1004, Many(100)).Kind);

        Assert.Null(Try(1003, Many(20)).Error);

        Assert.Null(Try(1004, Many(100)).Error);
        _node.Delete(_node.Datapath.Policies, Row(1004, Many(100)));
        Assert.Null(Try(1003, Many(200)).Error);
    }

    [Fact]
    public void Another_process_counts_what_the_one_before_wrote()
    {
        Assert.Null(Try(1003, Many(200)).Error);

        _node.Restart();

        Assert.Contains("204 of 256 entries of all policies are taken, 60 more", Try(1004, Many(60)).Error, StringComparison.Ordinal);
        Assert.Null(Try(1004, Many(52)).Error);
    }

    private static PolicyRow Row(uint subject, IEnumerable<PolicyEntry> entries) => new(new(new(subject)), PolicyEntrySet.Create(entries));

    private static IEnumerable<PolicyEntry> Many(int count) => Enumerable.Range(0, count).Select(i => Entries.In((uint)i + 5000));

    private RowOutcome Try(uint subject, IEnumerable<PolicyEntry> entries) => _node.Try(_node.Datapath.Policies, Row(subject, entries));

    /// <summary>All that a change of policies writes.</summary>
    private List<string> Everything()
    {
        var maps = _node.Datapath.State.Maps;
        return
        [
            .. maps.Policies.Entries().Select(entry => $"entry {entry.Key} {entry.Value}").Order(),
            .. maps.PolicyCounters.Entries().Select(entry => $"counter {entry.Key}").Order(),
            .. maps.PolicyHeaders.Entries().Where(entry => entry.Value.Subject != 0).Select(entry => $"header {entry.Key} {entry.Value}"),
            $"{maps.Revision.Get(0)}",
        ];
    }
}
