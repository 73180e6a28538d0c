using Cilium.Framework.Datapath.Simulator;
using Cilium.Framework.Plugins;

[assembly: CiliumPlugin("datapath.simulator", typeof(SimulatorPlugin))]

namespace Cilium.Framework.Datapath.Simulator;

/// <summary>Offers the datapath <c>simulator</c>: injected packets are judged in this process, as the kernel's programs would.</summary>
public sealed class SimulatorPlugin : IPlugin
{
    /// <inheritdoc />
    public void Configure(IPluginBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var settings = SimulatorSettings.Read(builder.Configuration);
        var context = builder.Context;
        builder.AddSettings(SimulatorSettings.Keys);
        builder.AddDatapath("simulator", _ => new SimulatorDatapath(context, settings));
    }
}
