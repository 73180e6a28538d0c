using Cilium.Framework.Datapath.Bpf;
using Cilium.Framework.Plugins;

[assembly: CiliumPlugin("datapath.bpf", typeof(BpfDatapathPlugin))]

namespace Cilium.Framework.Datapath.Bpf;

/// <summary>Offers the datapath <c>bpf</c>: packets are judged by programs in the kernel.</summary>
public sealed class BpfDatapathPlugin : IPlugin
{
    /// <inheritdoc />
    public void Configure(IPluginBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var settings = BpfSettings.Read(builder.Configuration, builder.Context.RunDirectory);
        var context = builder.Context;
        builder.AddSettings(BpfSettings.Keys);
        builder.AddDatapath("bpf", _ => new BpfDatapath(context, settings));
    }
}
