using Cilium.Framework.Datapath.Simulator.Events;
using Cilium.Framework.Datapath.Simulator.Tables;
using Cilium.Framework.Plugins;

namespace Cilium.Framework.Datapath.Simulator;

/// <summary>Everything that a judgement looks at. Whoever reads or changes it holds <see cref="Sync"/>: a packet sees a change wholly or not at all.</summary>
internal sealed class SimulatorState(IPluginContext context, SimulatorSettings settings)
{
    public Lock Sync { get; } = new();

    public SimulatorClock Clock { get; } = new(context.Time);

    public VerdictNumber Number { get; } = new();

    public EndpointTable Endpoints { get; } = new();

    public AddressTable Addresses { get; } = new();

    public PolicyTable Policies { get; } = new();

    public ConnectionTable Connections { get; } = new(settings.ConntrackMax);

    public FragmentTable Fragments { get; } = new();

    public MetricTable Metrics { get; } = new();

    public EventQueue Events { get; } = new(settings.EventsMax);
}
