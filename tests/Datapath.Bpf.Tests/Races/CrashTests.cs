using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Races;

/// <summary>An agent that is killed between two steps leaves nothing behind that the next one would take for finished.</summary>
public sealed class CrashTests : TwoEndpoints
{
    private const string Outside = "192.0.2.7";

    private MapSet Maps => Node.Datapath.State.Maps;

    [Fact]
    public void Between_an_addresss_identity_and_its_number()
    {
        Node.Policy(1001, Entries.Out(300));
        Node.IpCache(Outside, 300);
        Assert.Equal(VerdictKind.ToStack, Node.From(Client, Frames.TcpFrom(Client, Outside, 40000, 80)).Kind);

        KilledDuring(() => Node.IpCache(Outside, 301));
        Node.IpCache(Outside, 301);

        Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.TcpFrom(Client, Outside, 40000, 80, Frames.Ack)));
    }

    [Fact]
    public void Between_an_endpoints_identity_and_its_number()
    {
        Node.Policy(1003, Entries.AllIn);
        var relabelled = Client.Row with { Identity = new(1003), Policy = new PolicyId(new(1003)) };
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80));

        KilledDuring(() => Node.Apply(relabelled));
        Node.Apply(relabelled);

        Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80, Frames.Ack)));
    }

    [Fact]
    public void Between_a_new_endpoint_and_the_number_of_its_addresses()
    {
        Assert.Equal(VerdictKind.ToStack, Node.From(Client, Frames.TcpFrom(Client, Outside, 40000, 80)).Kind);
        var pod = Node.AddDevice(3, 1003, Outside);
        Node.Policy(1003, Entries.In(1001, IpProtocol.Tcp, 443));

        KilledDuring(() => Node.Apply(pod.Row));
        Node.Apply(pod.Row);

        Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.TcpFrom(Client, Outside, 40000, 80, Frames.Ack)));
    }

    [Fact]
    public void Between_the_removal_of_an_address_and_its_number()
    {
        Node.Policy(1001, Entries.Out(300));
        Node.IpCache(Outside, 300);
        Assert.Equal(VerdictKind.ToStack, Node.From(Client, Frames.TcpFrom(Client, Outside, 40000, 80)).Kind);

        KilledDuring(() => Node.Prune(Node.Datapath.IpCache));
        Node.Prune(Node.Datapath.IpCache);

        Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.TcpFrom(Client, Outside, 40000, 80, Frames.Ack)));
    }

    [Fact]
    public void A_label_change_alone_ends_the_verdicts_of_the_endpoint()
    {
        Node.Policy(1003, Entries.AllIn);
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80));

        Node.Apply(Client.Row with { Identity = new(1003), Policy = new PolicyId(new(1003)) });

        Dropped(DropReason.PolicyDenied, Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80, Frames.Ack)));
    }

    [Fact]
    public void A_restart_after_which_nothing_was_open_ends_no_verdict()
    {
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80));
        var before = Maps.Revision.Get(0);

        Node.Restart();

        Assert.Equal(before, Maps.Revision.Get(0));
        Assert.Equal(0u, before.Pending);
    }

    [Fact]
    public void A_pin_that_is_lost_is_lost_for_every_program()
    {
        var pin = Path.Combine(Node.Settings.BpfFs, "cilium_revision");
        File.Delete(pin);

        Node.Restart();

        string[] users = [Programs.ProgramSet.FromEndpoint, Programs.ProgramSet.ToEndpoint, Programs.ProgramSet.FromNetdev];
        Assert.All(users, name => Assert.True(Node.Datapath.State.Programs[name].Changed, $"{name} still uses a map that nobody can reach"));
    }

    [Fact]
    public void One_device_that_cannot_be_taken_over_does_not_stop_the_others()
    {
        Foreign(Server.Row.Device);

        Node.Restart(Node.Settings with { Trace = false, Attach = Programs.AttachMode.Tc });

        Assert.Equal("clock.o:[tc]", Node.Attached(Server.Row.IfIndex, Native.TcHook.Ingress));
        Assert.Equal(Node.Datapath.State.Programs[Programs.ProgramSet.FromEndpoint].Kernel.Id, Node.AttachedId(Client.Row.IfIndex, Native.TcHook.Ingress));
    }

    /// <summary>The maps as a kill leaves them that came just before the numbers were stored.</summary>
    private void KilledDuring(Action change)
    {
        var before = Maps.Revision.Get(0);
        var endpoints = Maps.Endpoints.Entries().Where(entry => entry.Value.IsPresent).ToDictionary();
        change();
        var after = Maps.Revision.Get(0);
        Assert.True(after.Number > before.Number, "the change took no number");
        foreach (var (id, endpoint) in endpoints)
            Maps.Endpoints.Set(id, Maps.Endpoints.Get(id) with { ChangedAt = endpoint.ChangedAt });
        Maps.Revision.Set(0, before with { Number = after.Number, Pending = 1 });
        Node.Restart();
    }

    private void Foreign(string device)
    {
        Shell.Run("ip", "netns", "exec", Node.Name, "sh", "-c", $"tc qdisc add dev {device} clsact 2>/dev/null; tc filter del dev {device} ingress 2>/dev/null; true");
        Shell.Run("ip", "netns", "exec", Node.Name, "tc", "filter", "add", "dev", device, "ingress", "pref", "1", "handle", "1", "bpf", "da", "obj", Path.Combine(AppContext.BaseDirectory, "bpf", "clock.o"), "sec", "tc");
    }
}
