using Cilium.Framework.Errors;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Targets;

public sealed class PolicyTargetTests : TwoEndpoints
{
    private static readonly PolicyId Id = new(new(1002));

    [Fact]
    public void Pure_additions_and_removals_stay_under_their_slot_and_mixed_changes_get_a_new_one()
    {
        Node.Policy(1002, Entries.In(7));
        var slot = Slot();
        Node.Policy(1002, Entries.In(7), Entries.In(8));
        Assert.Equal(slot, Slot());
        Node.Policy(1002, Entries.In(8));
        Assert.Equal(slot, Slot());
        Node.Policy(1002, Entries.In(9));
        Assert.NotEqual(slot, Slot());
    }

    [Fact]
    public async Task Entries_of_a_slot_out_of_use_go_after_the_grace_period()
    {
        Node.Policy(1002, Entries.In(7));
        Node.Policy(1002, Entries.In(9));
        Assert.Contains(Owned(), key => key.Identity == 7);

        await Eventually.TrueAsync(() =>
        {
            Node.Datapath.State.Policies.DeleteRetired();
            return Owned().All(key => key.Identity != 7);
        }, "the retired slot's entry is deleted");
    }

    [Fact]
    public void A_crash_leaves_nothing_that_pruning_does_not_remove()
    {
        Node.Policy(1002, Entries.In(7));
        Node.Policy(1002, Entries.In(9));
        Node.Restart();

        Node.Prune(Node.Datapath.Policies, new PolicyRow(Id, PolicyEntrySet.Empty), new PolicyRow(new(new(1001)), PolicyEntrySet.Empty));

        Assert.DoesNotContain(Owned(), key => key.Identity == 7);
        Assert.Contains(Owned(), key => key.Identity == 9);
    }

    [Fact]
    public async Task Counters_tell_what_an_entry_let_pass_and_stay_when_the_policy_moves()
    {
        var frame = Frames.TcpFrom(Client, ServerIPv4, 40000, 80);
        Node.From(Client, frame);
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80, Frames.Rst));
        Assert.Equal((2ul, (ulong)frame.Length * 2), await CounterAsync());

        Node.Policy(1002, Entries.In(1001, IpProtocol.Tcp, 80), Entries.In(7));

        Assert.Equal((2ul, (ulong)frame.Length * 2), await CounterAsync());
    }

    [Fact]
    public async Task What_a_collected_connection_had_not_reported_is_counted()
    {
        Node.Policy(1002, Entries.In(1001, IpProtocol.Udp, 53));
        var frame = Frames.UdpFrom(Client, ServerIPv4, 5000, 53);
        Node.From(Client, frame);
        foreach (var (key, value) in Node.Datapath.State.Maps.Conntrack4.Entries().ToArray())
            Node.Datapath.State.Maps.Conntrack4.Put(key, value with { Expires = Node.Datapath.State.Clock.Now() - 2 });

        Assert.Equal(1, Node.Datapath.State.Collector.Collect().IPv4.Removed);

        Assert.Empty(Node.Connections());
        Assert.Equal((1ul, (ulong)frame.Length), await CounterAsync());
    }

    [Fact]
    public async Task An_addition_that_the_kernel_refuses_takes_back_what_it_had_written()
    {
        Node.Policy(1002, Entries.In(1001, IpProtocol.Tcp, 80, cookie: 11));
        var writes = 0;
        // As when the kernel has no memory any more.
        Node.Datapath.State.Maps.Policies.Written = () =>
        {
            if (++writes == 1)
                throw new CiliumException(ErrorKind.Exhausted, "Cannot write an entry of cilium_policy: no memory.");
        };

        var outcome = Node.Try(Node.Datapath.Policies, new PolicyRow(Id, PolicyEntrySet.Create([Entries.In(1001, IpProtocol.Tcp, 80, cookie: 22), Entries.In(7), Entries.In(8), Entries.In(9)])));

        Assert.Equal((ErrorKind.Exhausted, "policy 1002: its 4 entries do not fit: Cannot write an entry of cilium_policy: no memory. What was realised before still stands."), (outcome.Kind, outcome.Error));
        var entry = Assert.Single(await Node.Datapath.View.ListPoliciesAsync(default), info => info.Subject.Value == 1002);
        Assert.Equal(new RuleCookie(11), entry.Entry.Rule);
    }

    [Fact]
    public void A_policy_that_does_not_fit_leaves_the_old_one_in_force()
    {
        var huge = PolicyEntrySet.Create(Enumerable.Range(0, 270_000).Select(i => Entries.In((uint)i + 5000)));

        var outcome = Node.Try(Node.Datapath.Policies, new PolicyRow(Id, huge));

        Assert.Equal(ErrorKind.Exhausted, outcome.Kind);
        Assert.StartsWith("policy 1002: its 270,000 entries do not fit beside the 4 that they replace, and both must: ", outcome.Error, StringComparison.Ordinal);
        Delivered(Server, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80)));
        Assert.InRange(Owned().Count, 1, 100);
    }

    private async Task<(ulong Packets, ulong Bytes)> CounterAsync()
    {
        var info = (await Node.Datapath.View.ListPoliciesAsync(default)).Single(info => info.Subject.Value == 1002 && info.Entry.Key.Remote.Value == 1001 && info.Entry.Key.Protocol is IpProtocol.Tcp or IpProtocol.Udp && info.Packets > 0);
        return (info.Packets, info.Bytes);
    }

    private uint Slot() => Node.Datapath.State.Maps.PolicyHeaders.Entries().Single(entry => entry.Value.Subject == 1002).Value.Slot;

    private List<Bpf.Maps.PolicyEntryKey> Owned() => [.. Node.Datapath.State.Maps.Policies.Entries().Select(entry => entry.Key)];
}
