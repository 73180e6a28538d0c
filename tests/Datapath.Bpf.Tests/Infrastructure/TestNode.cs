using System.Globalization;
using System.Net;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Infrastructure;

/// <summary>A node in a network namespace of its own, with a datapath whose state is pinned in a temporary folder. Gone after the test.</summary>
internal sealed class TestNode : IDisposable
{
    public const string Gateway4 = "10.90.0.1";
    public const string Gateway6 = "fd90::1";

    public const int OverlayPort = 8472;

    private static int _count;

    private readonly TemporaryFolder _folder = new();
    private readonly List<TestPod> _pods = [];
    private readonly bool _ipv4;
    private readonly bool _ipv6;

    public TestNode(bool ipv4 = true, bool ipv6 = true, BpfSettings? settings = null, uint conntrackMax = 8192, bool initialize = true, uint eventsBufferBytes = 1 << 20)
    {
        Require.Bpf();
        (_ipv4, _ipv6) = (ipv4, ipv6);
        Name = string.Create(CultureInfo.InvariantCulture, $"bpf{Environment.ProcessId}n{Interlocked.Increment(ref _count)}");
        Namespace = NetworkNamespace.Create(Name);
        Settings = (settings ?? Variant.Settings) with { BpfFs = _folder["bpffs"], ConntrackMax = conntrackMax, EventsBufferBytes = eventsBufferBytes };
        Datapath = new(Context(), Settings);
        try
        {
            // As an agent does before it gives up what mounting takes.
            BpfFileSystem.Ensure(Settings.BpfFs);
            if (initialize)
                In(() => Done(Datapath.InitializeAsync(default)));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Name { get; }

    public NetworkNamespace Namespace { get; }

    public BpfSettings Settings { get; private set; }

    public BpfDatapath Datapath { get; private set; }

    /// <summary>From now on what is done here is done with the capabilities of an agent.</summary>
    public bool IsConfined { get; set; }

    /// <summary>Another agent takes over, as after a kill: nothing of the old one is disposed but its background work.</summary>
    /// <param name="settings">Of the new one; default: the same.</param>
    /// <param name="pluginDirectory">Holds its programs.</param>
    /// <param name="holdsMigration">Connections move only when the test says so.</param>
    public void Restart(BpfSettings? settings = null, string? pluginDirectory = null, bool holdsMigration = false)
    {
        Dispose(Datapath);
        Settings = settings ?? Settings;
        Datapath = new(Context(pluginDirectory), Settings) { HoldsMigration = holdsMigration };
        In(() => Done(Datapath.InitializeAsync(default)));
    }

    /// <summary>What `cilium cleanup` does: a process that loads nothing removes everything.</summary>
    public IReadOnlyList<string> RemoveAll() => Namespace.Run(() => Done(new BpfDatapath(Context(), Settings).RemoveAllAsync(default)));

    /// <summary>Makes a device for an endpoint, without a workload behind it.</summary>
    public TestPod AddDevice(ushort id, uint identity, string? ipv4 = null, string? ipv6 = null)
    {
        var pod = new TestPod(this, id, identity, ipv4, ipv6, workload: false);
        _pods.Add(pod);
        return pod;
    }

    /// <summary>Makes a workload: a namespace with one device, addresses and a default route.</summary>
    public TestPod AddPod(ushort id, uint identity, string? ipv4 = null, string? ipv6 = null)
    {
        var pod = new TestPod(this, id, identity, ipv4, ipv6, workload: true);
        _pods.Add(pod);
        return pod;
    }

    /// <summary>Makes an endpoint with a device and a realised policy.</summary>
    public TestPod AddEndpoint(ushort id, uint identity, string? ipv4, string? ipv6, params PolicyEntry[] entries)
    {
        var pod = AddDevice(id, identity, ipv4, ipv6);
        Realise(pod, entries);
        return pod;
    }

    /// <summary>Realises a pod with its policy and its addresses in the ipcache.</summary>
    public void Realise(TestPod pod, params PolicyEntry[] entries)
    {
        Policy(pod.Identity.Value, entries);
        Apply(pod.Row);
        foreach (var address in new[] { pod.IPv4, pod.IPv6 }.OfType<IPAddress>())
            IpCache(address.ToString(), pod.Identity.Value);
    }

    public void AddHostDevice(string name = "cilium_host") =>
        Apply(Datapath.Devices, new DeviceRow(name, DeviceRole.Host, 1400, _ipv4 ? IPAddress.Parse(Gateway4) : null, _ipv6 ? IPAddress.Parse(Gateway6) : null));

    public void Policy(uint subject, params PolicyEntry[] entries) =>
        Apply(Datapath.Policies, new PolicyRow(new(new(subject)), PolicyEntrySet.Create(entries)));

    /// <param name="node">Node that carries the prefix; null: none, or this one.</param>
    public void IpCache(string prefix, uint identity, string? node = null) =>
        Apply(Datapath.IpCache, new IpCacheRow(IpPrefix.Parse(prefix), new(identity), node is null ? null : IPAddress.Parse(node), IpCacheOrigin.Endpoint));

    /// <summary>Makes the device that wraps packets, as a routing provider does, and realises it.</summary>
    public void AddOverlay(int mtu = 1450)
    {
        using (var netlink = RouteNetlink.Open(Namespace))
        {
            netlink.CreateVxlan(new MetadataTunnel { Name = "cilium_vxlan", Port = OverlayPort, Mtu = mtu });
            netlink.SetUp(netlink.FindLink("cilium_vxlan")!.Index);
        }

        Apply(Datapath.Devices, new DeviceRow("cilium_vxlan", DeviceRole.Overlay, mtu));
    }

    public void Apply(EndpointRow row) => Apply(Datapath.Endpoints, row);

    public void Apply<TRow>(IReconcileTarget<TRow> target, TRow row, TRow? realised = null)
        where TRow : class => Assert.Null(Try(target, row, realised).Error);

    public RowOutcome Try<TRow>(IReconcileTarget<TRow> target, TRow row, TRow? realised = null)
        where TRow : class => In(() => Assert.Single(Done(target.ApplyAsync(new([new(ReconcileAction.Upsert, row, realised)]), default))));

    public void Delete<TRow>(IReconcileTarget<TRow> target, TRow row)
        where TRow : class => In(() => Assert.Null(Assert.Single(Done(target.ApplyAsync(new([new(ReconcileAction.Delete, row, row)]), default))).Error));

    public int Prune<TRow>(IReconcileTarget<TRow> target, params TRow[] desired)
        where TRow : class => In(() => Done(target.PruneAsync(desired, default)));

    public PacketVerdict Send(AttachPoint point, ushort endpoint, byte[] frame, uint identity = 0) =>
        In(() => Done(Datapath.Probe!.SendAsync(new(point, endpoint, frame, new(identity)), default)));

    public PacketVerdict From(TestPod pod, byte[] frame) => Send(AttachPoint.FromEndpoint, pod.Id, frame);

    public IReadOnlyList<PacketVerdict> FromAll(TestPod pod, IReadOnlyList<byte[]> frames) =>
        In(() => frames.Select(frame => Done(Datapath.Probe!.SendAsync(new(AttachPoint.FromEndpoint, pod.Id, frame, default), default))).ToArray());

    public PacketVerdict To(TestPod pod, byte[] frame, uint identity = 0) => Send(AttachPoint.ToEndpoint, pod.Id, frame, identity);

    public IReadOnlyList<ConnectionInfo> Connections() => Done(Datapath.View.ListConnectionsAsync(default));

    /// <summary>Name of the program that is attached to a device, in whichever way.</summary>
    public string? Attached(int ifIndex, int point) => In(() => ((IFilter)new TcFilter(Settings.BpfFs, ifIndex, point)).Attached()?.Name ?? new TcxFilter(Settings.BpfFs, ifIndex, point).Attached()?.Name);

    /// <summary>Its number.</summary>
    public uint? AttachedId(int ifIndex, int point) => In(() => new TcFilter(Settings.BpfFs, ifIndex, point).Attached()?.Id ?? new TcxFilter(Settings.BpfFs, ifIndex, point).Attached()?.Id);

    /// <summary>Runs a program on a packet that comes to a device of this node from another one.</summary>
    public Programs.TestRun Run(string program, byte[] frame, int ifIndex, int ingressIfIndex) =>
        In(() => Programs.TestRun.Once(Datapath.State.Programs[program].Descriptor, frame, new Native.SkBuff { IfIndex = (uint)ifIndex, IngressIfIndex = (uint)ingressIfIndex }));

    /// <summary>Runs inside the node's namespace.</summary>
    public T In<T>(Func<T> function) => Namespace.Run(() => IsConfined ? AgentThread.Run(function) : function());

    public void In(Action action) => In(() =>
    {
        action();
        return 0;
    });

    /// <summary>The result of work that this datapath does without switching threads, so that it stays in the namespace of its caller; its failure, if it failed.</summary>
    public static T Done<T>(ValueTask<T> task)
    {
        Assert.True(task.IsCompleted, "the datapath left its caller's thread");
#pragma warning disable VSTHRD002 // it is completed
        return task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    public static void Done(ValueTask task)
    {
        Assert.True(task.IsCompleted, "the datapath left its caller's thread");
#pragma warning disable VSTHRD002 // it is completed
        task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    /// <summary>Every step is tried, whatever the steps before came to: what is left behind would disturb other tests.</summary>
    public void Dispose() => CleanUp.All(
    [
        () => Dispose(Datapath),
        .. _pods.Select(pod => (Action)pod.Dispose),
        () => RemoveAll(),
        () => BpfFileSystem.Unmount(Settings.BpfFs),
        Namespace.Delete,
        _folder.Dispose,
    ]);

    private static void Dispose(BpfDatapath datapath)
    {
        var disposing = datapath.DisposeAsync().AsTask();
        Assert.True(SpinWait.SpinUntil(() => disposing.IsCompleted, TimeSpan.FromSeconds(10)), "the datapath's background work does not end");
    }

    private FakePluginContext Context(string? pluginDirectory = null) =>
        new(_folder.Path) { IPv4 = _ipv4, IPv6 = _ipv6, PluginDirectory = pluginDirectory ?? Variant.Objects };
}
