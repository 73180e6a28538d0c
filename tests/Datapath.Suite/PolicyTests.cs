using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Suite;

public sealed class PolicyTests : TwoEndpoints
{
    private static readonly PolicyId Id = new(new(1002));

    [Fact]
    public async Task It_holds_exactly_the_desired_entries_after_any_change()
    {
        PolicyEntry[][] history =
        [
            [],
            [Entries.In(7)],
            [Entries.In(7), Entries.In(8, IpProtocol.Udp, 1)],
            [Entries.In(8, IpProtocol.Udp, 1)],
            [Entries.In(9), Entries.AllOut],
            [Entries.In(9, cookie: 5), Entries.AllOut],
            [],
        ];
        foreach (var entries in history)
        {
            Node.Policy(1002, entries);
            var held = await Node.Datapath.View.ListPoliciesAsync(default);
            Assert.Equal(PolicyEntrySet.Create(entries), PolicyEntrySet.Create(held.Where(info => info.Subject.Value == 1002).Select(info => info.Entry)));
        }
    }

    [Fact]
    public void Deleting_a_policy_drops_everything_of_its_endpoints()
    {
        Node.Delete(Node.Datapath.Policies, new PolicyRow(Id, PolicyEntrySet.Empty));

        Dropped(DropReason.PolicyNotReady, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80)));
    }
}
