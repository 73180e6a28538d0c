using Cilium.Framework.Datapath.Bpf.Conntrack;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Probe;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Datapath.Bpf.Targets;
using Cilium.Framework.Datapath.Bpf.View;
using Cilium.Framework.Netlink;
using Cilium.Framework.Plugins;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Datapath.Bpf;

/// <summary>Packets are judged by programs in the kernel; maps and programs are pinned and go on without the agent.</summary>
internal sealed partial class BpfDatapath : IDatapath
{
    /// <summary>How long a connection is remembered after its last packet (Cilium facts 9.10).</summary>
    private const uint TcpLifetimeSeconds = 21600, SynLifetimeSeconds = 60, OtherLifetimeSeconds = 60, CloseLifetimeSeconds = 10;

    /// <summary>How long the ports of a fragmented packet are remembered: the kernel itself gives reassembly as long (net.ipv4.ipfrag_time).</summary>
    private const uint FragmentLifetimeSeconds = 30;

    private readonly IPluginContext _context;
    private readonly BpfSettings _settings;
    private readonly ILogger _logger;
    private readonly string _objects;
    private readonly CancellationTokenSource _stopping = new();
    private readonly MapWrites _writes = new();
    private readonly ChangedSysctls _changed;
    private DatapathState? _state;
    private ConntrackShape? _conntrack;
    private Task _collecting = Task.CompletedTask;
    private Task _migrating = Task.CompletedTask;
    private bool _disposed;

    public BpfDatapath(IPluginContext context, BpfSettings settings)
    {
        _context = context;
        _settings = settings;
        _logger = context.Loggers.CreateLogger("datapath.bpf");
        _objects = Path.Combine(context.PluginDirectory, "bpf");
        _changed = new(context.RunDirectory);
        View = new BpfDatapathView(settings.BpfFs);
    }

    public DatapathCapabilities Capabilities => DatapathCapabilities.RealDevices | DatapathCapabilities.SurvivesAgent | DatapathCapabilities.PacketProbe;

    public IReconcileTarget<DeviceRow> Devices => State.Devices;

    public IReconcileTarget<EndpointRow> Endpoints => State.Endpoints;

    public IReconcileTarget<IpCacheRow> IpCache => State.IpCache;

    public IReconcileTarget<PolicyRow> Policies => State.Policies;

    public IDatapathView View { get; }

    public IPacketProbe? Probe => State.Probe;

    /// <summary>Writes to maps since this process began.</summary>
    internal long MapWriteCount => _writes.Count;

    /// <summary>Connections do not move by themselves: tests take the steps.</summary>
    internal bool HoldsMigration { get; init; }

    /// <summary>What was loaded and opened.</summary>
    internal DatapathState State => _state ?? throw new InvalidOperationException("The datapath is not initialized yet.");

    public ValueTask<IReadOnlyList<ProbeFinding>> ProbeAsync(CancellationToken cancellationToken) =>
        new(MachineProbe.Look(MachineDescription.Here(), _objects, _context.IPv6, _settings));

    public ValueTask InitializeAsync(CancellationToken cancellationToken)
    {
        if (_state is not null)
            return default;
        if (_settings.ManageSysctl)
            OpenMachine();
        BpfFileSystem.Ensure(_settings.BpfFs);
        DatapathLayout.RefuseOthers(_settings.BpfFs);
        ConntrackLayout.RefuseNewer(_settings.BpfFs, Conntrack().Layout);
        _conntrack = Conntrack().Settle(_settings.BpfFs);
        _state = DatapathState.Open(_objects, _settings, _changed, Config(), Conntrack(), _writes, _context.Time, _logger);
        DatapathLayout.Mark(_state.Maps.Revision);
        if (_state.Revision.FinishPending())
            Log.Finished(_logger);
        _state.Endpoints.RemoveOrphans(cancellationToken);
        _state.Migration.MoveAhead(cancellationToken);
        Reattach(_state);
        if (!HoldsMigration)
            _migrating = Migrate(_state);
        _collecting = CollectAsync(_state, _stopping.Token);
        Log.Ready(_logger, _settings.BpfFs);
        return default;
    }

    public IAsyncEnumerable<DatapathEvent> ReadEventsAsync(CancellationToken cancellationToken) => State.Events.ReadAsync(cancellationToken);

    public async ValueTask<IReadOnlyList<string>> RemoveAllAsync(CancellationToken cancellationToken)
    {
        await StopAsync();
        var removed = new List<string>();
        using (var netlink = RouteNetlink.Open())
            removed.AddRange(DeviceTarget.RemoveAll(netlink, _settings.BpfFs));
        removed.AddRange(_changed.Restore());
        if (!BpfFileSystem.IsMounted(_settings.BpfFs))
            return removed;
        foreach (var pin in Directory.EnumerateFiles(_settings.BpfFs).Where(IsOwnPin).ToArray())
        {
            File.Delete(pin);
            removed.Add($"pin {pin}");
        }

        removed.AddRange(ConntrackPins.RemoveAll(_settings.BpfFs));

        if (BpfFileSystem.IsOwn(_settings.BpfFs))
        {
            BpfFileSystem.Unmount(_settings.BpfFs);
            removed.Add($"BPF file system {_settings.BpfFs}");
        }

        return removed;
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await StopAsync();
        _stopping.Dispose();
    }

    private static bool IsOwnPin(string path) => Path.GetFileName(path) is var name && (name.StartsWith("cilium_", StringComparison.Ordinal) || name.StartsWith("prog_", StringComparison.Ordinal) || name.StartsWith(TcxFilter.PinPrefix, StringComparison.Ordinal));

    private void OpenMachine()
    {
        _changed.Write("ipv4/conf/all/rp_filter", 0);
        _changed.Write("ipv4/ip_forward", 1);
        _changed.Write("ipv6/conf/all/forwarding", 1);
    }

    /// <summary>Constants of the programs on this node.</summary>
    internal DatapathConfig Config()
    {
        var conntrack = Conntrack();
        return new()
        {
            Ipv4 = _context.IPv4 ? (byte)1 : (byte)0,
            Ipv6 = _context.IPv6 ? (byte)1 : (byte)0,
            Trace = _settings.Trace ? (byte)1 : (byte)0,
            ConntrackTable = conntrack.IsTable ? (byte)1 : (byte)0,
            Second = KernelClock.TicksPerSecond,
            TcpLifetime = KernelClock.Ticks(TcpLifetimeSeconds),
            SynLifetime = KernelClock.Ticks(SynLifetimeSeconds),
            OtherLifetime = KernelClock.Ticks(OtherLifetimeSeconds),
            CloseLifetime = KernelClock.Ticks(CloseLifetimeSeconds),
            FragmentLifetime = KernelClock.Ticks(FragmentLifetimeSeconds),
            DropEvents = (_settings.DropEventsPerSecond + KernelClock.TicksPerSecond - 1) / KernelClock.TicksPerSecond,
            ConntrackSets4 = conntrack.ActualEntriesOf(ConntrackShape.Sets4, _settings.BpfFs),
            ConntrackSets6 = conntrack.ActualEntriesOf(ConntrackShape.Sets6, _settings.BpfFs),
            ConntrackLayout = conntrack.Layout,
            ConntrackSeed = conntrack.Seed,
        };
    }

    /// <summary>How connections are kept; chosen once, because a seed is drawn.</summary>
    private ConntrackShape Conntrack() => _conntrack ??= ConntrackShape.Wanted(_settings, _context.IPv4, _context.IPv6, ConntrackLayout.Of(_objects));

    private async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _collecting;
        await _migrating;
        _state?.Dispose();
        _state = null;
    }

    private void Reattach(DatapathState state)
    {
        var problems = state.Endpoints.ReattachAll();
        foreach (var problem in problems)
            Log.NotReattached(_logger, problem);
        if (problems.Count > 0)
            _context.Health.Scope("attach").Degraded(string.Join(' ', problems));
    }

    // On a thread of its own, which is in the network namespace of the one that begins it.
    private Task Migrate(DatapathState state)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!state.Migration.IsNeeded)
            return Task.CompletedTask;
        var thread = new Thread(() =>
        {
            state.Migration.Run(_context.Health.Scope("migration"), _stopping.Token);
            done.SetResult();
        }) { IsBackground = true, Name = "conntrack-migration" };
        thread.Start();
        return done.Task;
    }

    private async Task CollectAsync(DatapathState state, CancellationToken cancellationToken)
    {
        var pause = _settings.ConntrackGcInterval;
        while (true)
        {
            try
            {
                // Nothing says that a connection has expired: the table is looked through from time to time.
                await Task.Delay(pause, _context.Time, cancellationToken);
                var pressure = state.Collector.Collect();
                pause = pressure.NextPause(pause, _settings.ConntrackGcInterval);
                state.Policies.DeleteRetired();
                _context.Health.Scope("maps").Ok($"{_writes.Count} writes since the agent started");
                Report(pressure);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception exception)
            {
                // Whatever it was: collection goes on, and the operator knows.
                _context.Health.Scope("conntrack").Degraded("expired connections could not be removed; their room is used again only when it is needed", exception);
            }
        }
    }

    private void Report(ConnectionPressure pressure)
    {
        var health = _context.Health.Scope("conntrack");
        if (pressure.IsHigh)
            health.Degraded(pressure.Describe());
        else
            health.Ok(pressure.Describe());
    }

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Information, "The BPF datapath is set up; its state is pinned under {Folder}.")]
        public static partial void Ready(ILogger logger, string folder);

        [LoggerMessage(3, LogLevel.Warning, "A process before this one ended in the middle of a change: every connection is judged again.")]
        public static partial void Finished(ILogger logger);

        [LoggerMessage(4, LogLevel.Error, "The programs of this version could not be attached: {Problem}")]
        public static partial void NotReattached(ILogger logger, string problem);
    }
}
