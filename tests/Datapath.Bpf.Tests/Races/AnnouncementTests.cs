using Cilium.Framework.Datapath.Bpf.Maps;

namespace Cilium.Framework.Datapath.Bpf.Tests.Races;

/// <summary>A change is announced in the pinned maps before its first write.</summary>
public sealed class AnnouncementTests : TwoEndpoints
{
    [Fact]
    public void A_change_is_pending_from_its_first_write_to_its_last_number()
    {
        var revision = new Revision(Node.Datapath.State.Maps.Revision);
        uint Pending() => Node.Datapath.State.Maps.Revision.Get(0).Pending;

        using (var change = new RevisionChange(revision))
        {
            Assert.Equal(0u, Pending());
            change.Open();
            Assert.Equal(1u, Pending());
        }

        Assert.Equal(0u, Pending());
    }

    [Fact]
    public void Every_target_announces_before_it_writes()
    {
        // Each write of the agent is looked at from outside, by a copy of the announcement after it.
        var maps = Node.Datapath.State.Maps;
        var seen = new List<uint>();
        maps.IpCache.Written = maps.Local.Written = maps.Policies.Written = () => seen.Add(maps.Revision.Get(0).Pending);

        Node.IpCache("192.0.2.1", 300);
        Node.AddEndpoint(3, 1003, "10.90.1.3", null, Entries.AllOut);
        Node.Policy(1003, Entries.AllOut, Entries.AllIn);
        Node.Policy(1003, Entries.AllIn);
        Node.Policy(1003, Entries.In(1001));
        Node.Prune(Node.Datapath.IpCache);
        Node.Delete(Node.Datapath.Endpoints, Server.Row);

        Assert.InRange(seen.Count, 5, 100);
        Assert.All(seen, pending => Assert.Equal(1u, pending));
    }
}
