using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Races;

/// <summary>The five races that "valid by number" must win (ARCHITECTURE, BPF). Each reproduces the state in which the race would leave the maps.</summary>
[Trait("Needs", "Root")]
public sealed class ValidByNumberTests : TwoEndpoints
{
    private const string Outside = "192.0.2.7";

    [Fact]
    public void A_judgement_that_read_the_old_policy_does_not_outlive_the_change()
    {
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80));
        var (key, old) = Assert.Single(Node.Datapath.State.Maps.Conntrack4.Entries());
        Node.Policy(1002, Entries.AllOut);

        // The slow processor stores its verdict only now: it had taken its number before it read the policy.
        Node.Datapath.State.Maps.Conntrack4.Put(key, old);

        Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80, Frames.Ack)));
    }

    [Fact]
    public void A_denial_that_read_the_old_policy_does_not_outlive_the_change()
    {
        // A denial is remembered by the processor that met it: in every round but a few that is also the next one's.
        for (ushort port = 1; port <= 20; port++)
        {
            Node.Policy(1002, ServerPolicy);
            Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, port, 81)));

            Node.Policy(1002, [.. ServerPolicy, Entries.In(1001, IpProtocol.Tcp, 81)]);
            Delivered(Server, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, port, 81)));
        }
    }

    [Fact]
    public void A_policy_that_changes_all_the_time_never_lets_through_what_no_version_allows()
    {
        using var stop = new CancellationTokenSource();
        var changes = 0;
        var changing = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                changes++;
                Node.Policy(1002, Entries.In(1001, IpProtocol.Udp, (ushort)(changes % 2 == 0 ? 53 : 54)), Entries.In((uint)(5000 + changes)));
            }
        });

        var verdicts = new List<(ushort Port, PacketVerdict Verdict)>();
        for (ushort source = 1; source <= 1500; source++)
        {
            foreach (ushort port in new ushort[] { 53, 54, 55 })
                verdicts.Add((port, Node.From(Client, Frames.UdpFrom(Client, ServerIPv4, (ushort)(source % 50), port))));
        }

        stop.Cancel();
        Assert.True(SpinWait.SpinUntil(() => changing.IsCompleted, TimeSpan.FromSeconds(10)));
        Assert.InRange(changes, 5, int.MaxValue);
        Assert.All(verdicts.Where(entry => entry.Port == 55), entry => Dropped(DropReason.PolicyDenied, entry.Verdict));
        Assert.All(verdicts.Where(entry => entry.Verdict.Kind == VerdictKind.Drop), entry => Assert.Equal(DropReason.PolicyDenied, entry.Verdict.Reason));
    }

    [Fact]
    public void A_new_pod_with_an_old_address_inherits_no_connection()
    {
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80));
        var (key, old) = Assert.Single(Node.Datapath.State.Maps.Conntrack4.Entries());
        Node.Delete(Node.Datapath.Endpoints, Server.Row);
        var heir = Node.AddEndpoint(3, 1003, ServerIPv4, null, Entries.AllOut);

        // An entry that a slow processor stored after the purge.
        Node.Datapath.State.Maps.Conntrack4.Put(key, old);

        Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80, Frames.Ack)));
        Dropped(DropReason.PolicyDenied, Node.From(heir, Frames.TcpFrom(heir, ClientIPv4, 80, 40000, Frames.Ack)));
    }

    [Fact]
    public void A_new_pod_with_an_old_number_inherits_no_connection()
    {
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80));
        var (key, old) = Assert.Single(Node.Datapath.State.Maps.Conntrack4.Entries());
        Node.Delete(Node.Datapath.Endpoints, Server.Row);
        Node.Policy(1003, Entries.AllOut);
        Node.Apply(Server.Row with { Identity = new(1003), Policy = new PolicyId(new(1003)), IPv4 = System.Net.IPAddress.Parse("10.90.1.44"), IPv6 = null });

        Node.Datapath.State.Maps.Conntrack4.Put(key, old);

        var verdict = Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80, Frames.Ack));
        Assert.NotEqual(VerdictKind.ToEndpoint, verdict.Kind);
    }

    [Fact]
    public void A_connection_to_the_world_is_judged_again_when_its_address_becomes_a_pods()
    {
        Assert.Equal(VerdictKind.ToStack, Node.From(Client, Frames.TcpFrom(Client, Outside, 40000, 80)).Kind);

        var pod = Node.AddEndpoint(3, 1003, Outside, null, Entries.In(1001, IpProtocol.Tcp, 443));
        Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.TcpFrom(Client, Outside, 40000, 80, Frames.Ack)));

        Node.Policy(1003, Entries.In(1001, IpProtocol.Tcp, 80));
        Delivered(pod, Node.From(Client, Frames.TcpFrom(Client, Outside, 40000, 80, Frames.Ack)));
    }

    [Fact]
    public void An_identity_that_changes_in_the_ipcache_ends_the_verdict()
    {
        Node.Policy(1001, Entries.Out(300));
        Node.IpCache(Outside, 300);
        Assert.Equal(VerdictKind.ToStack, Node.From(Client, Frames.TcpFrom(Client, Outside, 40000, 80)).Kind);

        Node.IpCache(Outside, 301);

        Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.TcpFrom(Client, Outside, 40000, 80, Frames.Ack)));
    }

    [Fact]
    public void A_crash_between_the_policys_word_and_its_number_is_mended_by_the_next_process()
    {
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80));
        var (index, header) = Node.Datapath.State.Maps.PolicyHeaders.Entries().Single(entry => entry.Value.Subject == 1002);
        Node.Datapath.State.Maps.PolicyHeaders.Set(index, header with { ChangedAt = uint.MaxValue });

        Node.Restart();
        Delivered(Server, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80, Frames.Ack)));
        Node.Policy(1002, ServerPolicy);

        var finished = Node.Datapath.State.Maps.PolicyHeaders.Get(index);
        Assert.InRange(finished.ChangedAt, header.ChangedAt + 1, Node.Datapath.State.Maps.Revision.Get(0).Number);
    }

    [Fact]
    public void A_crash_in_the_middle_of_a_new_endpoint_is_mended_by_the_next_process()
    {
        Node.Datapath.State.Maps.Endpoints.Set(2, Node.Datapath.State.Maps.Endpoints.Get(2) with { ChangedAt = uint.MaxValue });
        Node.Datapath.State.Maps.Local.Remove(new LocalKey { Address = WireAddress.From(Server.IPv4), Family = 4 });
        Node.Datapath.State.Maps.Devices.Remove((uint)Server.Row.IfIndex);

        Node.Restart();
        Node.Apply(Server.Row);

        Delivered(Server, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80)));
        Assert.NotEqual(uint.MaxValue, Node.Datapath.State.Maps.Endpoints.Get(2).ChangedAt);
    }

    [Fact]
    public void The_counter_never_goes_back()
    {
        var before = Node.Datapath.State.Maps.Revision.Get(0).Number;
        Node.Restart();
        Node.IpCache("198.51.100.0/24", 300);

        Assert.InRange(Node.Datapath.State.Maps.Revision.Get(0).Number, before + 1, uint.MaxValue);
    }
}
