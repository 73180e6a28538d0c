using System.Net;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Microsoft.Extensions.Time.Testing;

namespace Cilium.Framework.Datapath.Simulator.Tests.Infrastructure;

/// <summary>A simulator whose clock the test moves. Has the members that the suite of tests/Datapath.Suite uses.</summary>
internal sealed class TestNode : IDisposable
{
    public const string Gateway4 = "10.90.0.1";
    public const string Gateway6 = "fd90::1";

    public TestNode(bool ipv4 = true, bool ipv6 = true, SimulatorSettings? settings = null) =>
        Datapath = new(new FakePluginContext("") { IPv4 = ipv4, IPv6 = ipv6, Time = Time }, settings ?? new());

    public FakeTimeProvider Time { get; } = new();

    public SimulatorDatapath Datapath { get; }

#pragma warning disable CA1822 // the suite asks a node for it
    public TestPod AddDevice(ushort id, uint identity, string? ipv4 = null, string? ipv6 = null) => new(id, identity, ipv4, ipv6);
#pragma warning restore CA1822

    public TestPod AddEndpoint(ushort id, uint identity, string? ipv4, string? ipv6, params PolicyEntry[] entries)
    {
        var pod = AddDevice(id, identity, ipv4, ipv6);
        Policy(identity, entries);
        Apply(pod.Row);
        foreach (var address in new[] { pod.IPv4, pod.IPv6 }.OfType<IPAddress>())
            IpCache(address.ToString(), identity);
        return pod;
    }

    public void Policy(uint subject, params PolicyEntry[] entries) =>
        Apply(Datapath.Policies, new PolicyRow(new(new(subject)), PolicyEntrySet.Create(entries)));

    /// <param name="node">Node that carries the prefix; null: none, or this one.</param>
    public void IpCache(string prefix, uint identity, string? node = null) =>
        Apply(Datapath.IpCache, new IpCacheRow(IpPrefix.Parse(prefix), new(identity), node is null ? null : IPAddress.Parse(node), IpCacheOrigin.Cidr));

    /// <summary>From now on packets can be wrapped.</summary>
    public void AddOverlay(int mtu = 1450) => Apply(Datapath.Devices, new DeviceRow("cilium_vxlan", DeviceRole.Overlay, mtu));

    public void Apply(EndpointRow row) => Apply(Datapath.Endpoints, row);

    public void Apply<TRow>(IReconcileTarget<TRow> target, TRow row, TRow? realised = null)
        where TRow : class => Assert.Null(Try(target, row, realised).Error);

    public RowOutcome Try<TRow>(IReconcileTarget<TRow> target, TRow row, TRow? realised = null)
        where TRow : class => Assert.Single(Done(target.ApplyAsync(new([new(ReconcileAction.Upsert, row, realised)]), default)));

    public void Delete<TRow>(IReconcileTarget<TRow> target, TRow row)
        where TRow : class => Assert.Null(Assert.Single(Done(target.ApplyAsync(new([new(ReconcileAction.Delete, row, row)]), default))).Error);

    public int Prune<TRow>(IReconcileTarget<TRow> target, params TRow[] desired)
        where TRow : class => Done(target.PruneAsync(desired, default));

    public PacketVerdict Send(AttachPoint point, ushort endpoint, byte[] frame, uint identity = 0) =>
        Done(Datapath.Probe.SendAsync(new(point, endpoint, frame, new(identity)), default));

    public PacketVerdict From(TestPod pod, byte[] frame) => Send(AttachPoint.FromEndpoint, pod.Id, frame);

    public PacketVerdict To(TestPod pod, byte[] frame, uint identity = 0) => Send(AttachPoint.ToEndpoint, pod.Id, frame, identity);

    public IReadOnlyList<ConnectionInfo> Connections() => Done(Datapath.View.ListConnectionsAsync(default));

    /// <summary>The result of work that the simulator does on its caller's thread.</summary>
    public static T Done<T>(ValueTask<T> task)
    {
        Assert.True(task.IsCompleted, "the simulator left its caller's thread");
#pragma warning disable VSTHRD002 // it is completed
        return task.Result;
#pragma warning restore VSTHRD002
    }

    public void Dispose() => Assert.True(Datapath.DisposeAsync().AsTask().IsCompletedSuccessfully);
}
