using System.Net;
using Cilium.Framework.Core.ScenarioTests.Truth;
using Cilium.Framework.Datapath;
using Cilium.Framework.Datapath.Simulator;
using Cilium.Framework.Datapath.Suite;
using Cilium.Framework.Ipam;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Plugins;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Cilium.Framework.Core.ScenarioTests.Targets;

/// <summary>The simulator plugin, made as an agent makes it; all its calls end at once.</summary>
internal sealed class SimulatedDatapath : IPluginBuilder, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SimulatedDatapath(TimeProvider time)
    {
        Context = new FakePluginContext(_folder.Path) { Time = time };
        new SimulatorPlugin().Configure(this);
    }

    public IDatapath Datapath { get; private set; } = null!;

    public IPluginContext Context { get; }

    public IConfigurationSection Configuration { get; } = new FakeSection("datapath:simulator", new Dictionary<string, string?> { ["datapath:simulator:trace"] = "false" });

    public IServiceCollection Services => throw new NotSupportedException();

    /// <summary>Makes it hold what the other datapath holds under a key.</summary>
    public static void Hold<TRow>(IReconcileTarget<TRow> target, TRow? before, TRow? after)
        where TRow : class
    {
        var item = new ReconcileItem<TRow>(after is null ? ReconcileAction.Delete : ReconcileAction.Upsert, after ?? before!, null);
        var outcome = Answer(target.ApplyAsync(new([item]), CancellationToken.None)).Single();
        Assert.True(outcome.IsDone, outcome.Error);
    }

    /// <summary>Whether a TCP segment passes.</summary>
    /// <param name="sender">The endpoint that sends it; null: it comes from outside.</param>
    /// <param name="from">Source.</param>
    /// <param name="to">Destination.</param>
    /// <param name="flags">TCP flags.</param>
    public bool Passes(EndpointRow? sender, IPEndPoint from, IPEndPoint to, byte flags)
    {
        var frame = Segments.Frame(sender?.HostMac ?? default, sender?.Mac ?? default, from, to, flags);
        var injection = new PacketInjection(sender is null ? AttachPoint.FromNetdev : AttachPoint.FromEndpoint, sender?.Id ?? 0, frame);
        return Answer(Datapath.Probe!.SendAsync(injection, CancellationToken.None)).Kind is VerdictKind.ToEndpoint or VerdictKind.ToStack;
    }

    public void Dispose() => _folder.Dispose();

    public IPluginBuilder AddSettings(params ReadOnlySpan<string> keys) => this;

    public IPluginBuilder AddKvstore(string name, Func<IServiceProvider, IKvstore> factory) => throw new NotSupportedException();

    public IPluginBuilder AddRouting(string name, Func<IServiceProvider, IRoutingBackend> factory) => throw new NotSupportedException();

    public IPluginBuilder AddIpam(string name, Func<IServiceProvider, IIpam> factory) => throw new NotSupportedException();

    public IPluginBuilder AddDatapath(string name, Func<IServiceProvider, IDatapath> factory)
    {
        Datapath = factory(null!);
        return this;
    }

    private static T Answer<T>(ValueTask<T> call)
    {
        Assert.True(call.IsCompleted, "the simulator does not answer at once");
#pragma warning disable VSTHRD002 // It has ended.
        return call.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }
}
