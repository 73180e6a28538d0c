using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Targets;

public sealed class EndpointTargetTests : TwoEndpoints
{
    [Fact]
    public void A_device_that_does_not_exist_is_waited_for()
    {
        var outcome = Node.Try(Node.Datapath.Endpoints, Server.Row with { Id = 9, IfIndex = 4711, Device = "lxc9", IPv4 = null, IPv6 = null });

        Assert.Equal(ErrorKind.Unavailable, outcome.Kind);
        Assert.Equal("endpoint 9: its device lxc9 with index 4711 does not exist. Create it, or delete the endpoint.", outcome.Error);
    }

    [Fact]
    public void Of_many_that_come_together_each_is_judged_alone_and_nothing_is_put_at_the_device_of_one_that_is_refused()
    {
        var (good, twin) = (Node.AddDevice(21, 1021, "10.90.1.21"), Node.AddDevice(22, 1022, ClientIPv4));
        EndpointRow[] rows = [good.Row, twin.Row, good.Row with { Id = 23, IfIndex = 4711, Device = "lxc23", IPv4 = null }];

        var outcomes = Node.In(() => TestNode.Done(Node.Datapath.Endpoints.ApplyAsync(new([.. rows.Select(row => new ReconcileItem<EndpointRow>(ReconcileAction.Upsert, row, null))]), default)));

        Assert.Equal(
            [
                null,
                $"endpoint 22: its address {ClientIPv4} belongs to endpoint {Client.Id}. Delete that one first.",
                "endpoint 23: its device lxc23 with index 4711 does not exist. Create it, or delete the endpoint.",
            ],
            outcomes.Select(outcome => outcome.Error));
        Assert.Equal("from_endpoint", Node.Attached(good.Row.IfIndex, TcHook.Ingress));
        Assert.DoesNotContain("clsact", Shell.Ip($"netns exec {Node.Name} tc qdisc show dev {twin.Device}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Deleting_forgets_its_connections_and_no_others()
    {
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80));
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv6, 40000, 80));
        Node.From(Client, Frames.UdpFrom(Client, "192.0.2.7", 5000, 53));

        Node.Delete(Node.Datapath.Endpoints, Server.Row);

        Assert.Equal("192.0.2.7", Assert.Single(Node.Connections()).Destination.ToString());
        Dropped(DropReason.PolicyNotReady, Node.In(() => Run(Server)));
    }

    [Fact]
    public void An_endpoint_whose_device_vanished_is_gone_after_a_restart()
    {
        Node.From(Client, Frames.TcpFrom(Client, ServerIPv4, 40000, 80));
        Shell.Ip($"-n {Node.Name} link del {Server.Device}");

        Node.Restart();

        Assert.Equal([1], TestNode.Done(Node.Datapath.View.ListEndpointsAsync(default)).Select(endpoint => (int)endpoint.Id));
        Assert.Empty(Node.Connections());
    }

    [Fact]
    public void A_device_index_beyond_the_array_works()
    {
        Shell.Ip($"-n {Node.Name} link add far index 70000 type veth peer name far_p");
        Shell.Ip($"-n {Node.Name} link set far up");
        var far = Client.Row with { Id = 70, IfIndex = 70000, Device = "far", IPv4 = System.Net.IPAddress.Parse("10.90.1.70"), IPv6 = null };
        Node.Apply(far);
        var frame = Frames.Ethernet(far.HostMac, far.Mac, 0x0800, Frames.Ip("10.90.1.70", ServerIPv4, Frames.TcpProtocol, Frames.Tcp(40000, 80, Frames.Syn)));

        Delivered(Server, Node.Send(AttachPoint.FromEndpoint, 70, frame));
    }

    // The endpoint is unknown to the probe by now; its device still has the filter.
    private PacketVerdict Run(TestPod pod)
    {
        var program = Node.Datapath.State.Programs[Programs.ProgramSet.FromEndpoint].Descriptor;
        var frame = Frames.UdpFrom(pod, "192.0.2.7", 1, 2);
        var run = Programs.TestRun.Once(program, frame, new Native.SkBuff { IfIndex = (uint)pod.Row.IfIndex });
        return new((VerdictKind)((run.Context.ControlBlock0 & 0xff) - 1), (DropReason)(byte)(run.Context.ControlBlock0 >> 8), 0, run.Frame);
    }
}
