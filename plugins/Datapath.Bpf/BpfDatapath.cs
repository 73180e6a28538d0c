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

    private readonly IPluginContext _context;
    private readonly BpfSettings _settings;
    private readonly ILogger _logger;
    private readonly string _objects;
    private readonly CancellationTokenSource _stopping = new();
    private readonly MapWrites _writes = new();
    private DatapathState? _state;
    private Task _collecting = Task.CompletedTask;
    private bool _disposed;

    public BpfDatapath(IPluginContext context, BpfSettings settings)
    {
        _context = context;
        _settings = settings;
        _logger = context.Loggers.CreateLogger("datapath.bpf");
        _objects = Path.Combine(context.PluginDirectory, "bpf");
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

    /// <summary>What was loaded and opened.</summary>
    internal DatapathState State => _state ?? throw new InvalidOperationException("The datapath is not initialized yet.");

    public ValueTask<IReadOnlyList<ProbeFinding>> ProbeAsync(CancellationToken cancellationToken) =>
        new(MachineProbe.Look(_objects, _context.IPv6, _settings.ManageSysctl));

    public ValueTask InitializeAsync(CancellationToken cancellationToken)
    {
        if (_state is not null)
            return default;
        if (_settings.ManageSysctl)
            OpenMachine();
        _state = DatapathState.Open(_objects, _settings, Config(), _writes, _context.Time, _logger);
        _state.Endpoints.RemoveOrphans(cancellationToken);
        _state.Endpoints.ReattachAll();
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
            removed.AddRange(DeviceTarget.RemoveAll(netlink));
        if (!BpfFileSystem.IsMounted(_settings.BpfFs))
            return removed;
        foreach (var pin in Directory.EnumerateFiles(_settings.BpfFs).Where(IsOwnPin).ToArray())
        {
            File.Delete(pin);
            removed.Add($"pin {pin}");
        }

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

    private static bool IsOwnPin(string path) => Path.GetFileName(path) is var name && (name.StartsWith("cilium_", StringComparison.Ordinal) || name.StartsWith("prog_", StringComparison.Ordinal));

    private static void OpenMachine()
    {
        Sysctl.WriteIfPresent("ipv4/conf/all/rp_filter", 0);
        Sysctl.WriteIfPresent("ipv4/ip_forward", 1);
        Sysctl.WriteIfPresent("ipv6/conf/all/forwarding", 1);
    }

    /// <summary>Constants of the programs on this node.</summary>
    internal DatapathConfig Config() => new()
    {
        Ipv4 = _context.IPv4 ? (byte)1 : (byte)0,
        Ipv6 = _context.IPv6 ? (byte)1 : (byte)0,
        Trace = _settings.Trace ? (byte)1 : (byte)0,
        Second = KernelClock.TicksPerSecond,
        TcpLifetime = KernelClock.Ticks(TcpLifetimeSeconds),
        SynLifetime = KernelClock.Ticks(SynLifetimeSeconds),
        OtherLifetime = KernelClock.Ticks(OtherLifetimeSeconds),
        CloseLifetime = KernelClock.Ticks(CloseLifetimeSeconds),
    };

    private async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _collecting;
        _state?.Dispose();
        _state = null;
    }

    private async Task CollectAsync(DatapathState state, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await Task.Delay(_settings.ConntrackGcInterval, _context.Time, cancellationToken);
                var collected = state.Collector.Collect();
                state.Policies.DeleteRetired();
                _context.Health.Scope("conntrack-gc").Ok($"{collected} expired connections removed");
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Errors.CiliumException exception)
            {
                _context.Health.Scope("conntrack-gc").Degraded("expired connections could not be removed; they make room only by eviction", exception);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Information, "The BPF datapath is set up; its state is pinned under {Folder}.")]
        public static partial void Ready(ILogger logger, string folder);
    }
}
