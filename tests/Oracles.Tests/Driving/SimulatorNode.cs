using Cilium.Framework.Datapath;
using Cilium.Framework.Datapath.Simulator;
using Cilium.Framework.Datapath.Suite;

namespace Cilium.Framework.Oracles.Driving;

/// <summary>The packet path in C#.</summary>
internal sealed class SimulatorNode : NodeUnderTest
{
    public SimulatorNode()
        : base("simulator")
    {
        Datapath = new SimulatorDatapath(new FakePluginContext(Folder), new SimulatorSettings { Trace = false });
        AddOverlay();
    }

    protected override IDatapath Datapath { get; }

    protected override (string Device, int IfIndex) Device(ushort workload) => ($"lxc{workload}", 100 + workload);
}
