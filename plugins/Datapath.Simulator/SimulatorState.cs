using Cilium.Framework.Datapath.Simulator.Events;
using Cilium.Framework.Datapath.Simulator.Tables;
using Cilium.Framework.Plugins;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator;

/// <summary>Everything that a judgement looks at. Whoever reads or changes it holds <see cref="Sync"/>: a packet sees a change wholly or not at all.</summary>
internal sealed class SimulatorState(IPluginContext context, SimulatorSettings settings)
{
    public Lock Sync { get; } = new();

    public SimulatorClock Clock { get; } = new(context.Time);

    public VerdictNumber Number { get; } = new();

    /// <summary>The device that stands for wrapping packets to other nodes; null: there is none.</summary>
    public DeviceRow? Overlay { get; set; }

    public EndpointTable Endpoints { get; } = new();

    public AddressTable Addresses { get; } = new();

    public PolicyTable Policies { get; } = new();

    public ConnectionTable Connections { get; } = new(settings.ConntrackMax);

    public FragmentTable Fragments { get; } = new();

    public MetricTable Metrics { get; } = new();

    public EventQueue Events { get; } = new(settings.EventsMax);
}
