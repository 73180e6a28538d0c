using System.Runtime.CompilerServices;
using Cilium.Framework.Datapath;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Faults;

/// <summary>A datapath whose calls go wrong as planned; those of its targets are named <c>Policies.ApplyAsync</c> and so on, lost events are counted under <c>ReadEventsAsync</c>.</summary>
/// <param name="datapath">What carries the calls out.</param>
/// <param name="plan">What goes wrong.</param>
public sealed class FaultyDatapath(IDatapath datapath, FaultPlan plan) : IDatapath
{
    /// <inheritdoc />
    public DatapathCapabilities Capabilities => datapath.Capabilities;

    /// <inheritdoc />
    public IReconcileTarget<DeviceRow> Devices { get; } = new FaultyTarget<DeviceRow>(datapath.Devices, plan, nameof(Devices) + ".");

    /// <inheritdoc />
    public IReconcileTarget<EndpointRow> Endpoints { get; } = new FaultyTarget<EndpointRow>(datapath.Endpoints, plan, nameof(Endpoints) + ".");

    /// <inheritdoc />
    public IReconcileTarget<IpCacheRow> IpCache { get; } = new FaultyTarget<IpCacheRow>(datapath.IpCache, plan, nameof(IpCache) + ".");

    /// <inheritdoc />
    public IReconcileTarget<PolicyRow> Policies { get; } = new FaultyTarget<PolicyRow>(datapath.Policies, plan, nameof(Policies) + ".");

    /// <inheritdoc />
    public IDatapathView View => datapath.View;

    /// <inheritdoc />
    public IPacketProbe? Probe => datapath.Probe;

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<ProbeFinding>> ProbeAsync(CancellationToken cancellationToken) =>
        plan.RunAsync(nameof(ProbeAsync), () => datapath.ProbeAsync(cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask InitializeAsync(CancellationToken cancellationToken) =>
        plan.RunAsync(nameof(InitializeAsync), () => datapath.InitializeAsync(cancellationToken), cancellationToken);

    /// <inheritdoc />
    public async IAsyncEnumerable<DatapathEvent> ReadEventsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var happened in datapath.ReadEventsAsync(cancellationToken))
        {
            if (!plan.Loses(nameof(ReadEventsAsync)))
                yield return happened;
        }
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<string>> RemoveAllAsync(CancellationToken cancellationToken) =>
        plan.RunAsync(nameof(RemoveAllAsync), () => datapath.RemoveAllAsync(cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => datapath.DisposeAsync();
}
