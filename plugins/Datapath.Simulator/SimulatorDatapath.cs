using Cilium.Framework.Datapath.Simulator.Paths;
using Cilium.Framework.Datapath.Simulator.Probe;
using Cilium.Framework.Datapath.Simulator.Targets;
using Cilium.Framework.Datapath.Simulator.View;
using Cilium.Framework.Plugins;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator;

/// <summary>The packet path in plain C#: says what the kernel's programs would do, and touches no kernel. What it holds ends with the process.</summary>
internal sealed class SimulatorDatapath : IDatapath
{
    private readonly SimulatorState _state;

    public SimulatorDatapath(IPluginContext context, SimulatorSettings settings)
    {
        _state = new SimulatorState(context, settings);
        Devices = new DeviceTarget(_state);
        Endpoints = new EndpointTarget(_state);
        IpCache = new IpCacheTarget(_state);
        Policies = new PolicyTarget(_state);
        View = new SimulatorView(_state);
        Probe = new SimulatorProbe(_state, new PacketPaths(_state, context.IPv4, context.IPv6, settings.Trace));
    }

    public DatapathCapabilities Capabilities => DatapathCapabilities.PacketProbe;

    public IReconcileTarget<DeviceRow> Devices { get; }

    public IReconcileTarget<EndpointRow> Endpoints { get; }

    public IReconcileTarget<IpCacheRow> IpCache { get; }

    public IReconcileTarget<PolicyRow> Policies { get; }

    public IDatapathView View { get; }

    public IPacketProbe Probe { get; }

    public ValueTask<IReadOnlyList<ProbeFinding>> ProbeAsync(CancellationToken cancellationToken) =>
        new([new ProbeFinding(ProbeSeverity.Info, "datapath simulator", "Judges injected packets only; workloads get no network. Select datapath.provider: bpf to carry traffic.")]);

    public ValueTask InitializeAsync(CancellationToken cancellationToken) => default;

    public IAsyncEnumerable<DatapathEvent> ReadEventsAsync(CancellationToken cancellationToken) => _state.Events.ReadAsync(cancellationToken);

    public ValueTask<IReadOnlyList<string>> RemoveAllAsync(CancellationToken cancellationToken) => new([]);

    public ValueTask DisposeAsync()
    {
        _state.Events.Complete();
        return default;
    }
}
