using Cilium.Framework.Plugins;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Routing;
using Cilium.Framework.Rows;

namespace Cilium.Framework.BadPlugins.Routing.Fixture;

/// <summary>Routes nothing, which is enough between endpoints of one node. A thread of it throws when the file <c>throw</c> comes into RUN-DIR.</summary>
internal sealed class FixtureRouting(IPluginContext context, Journal journal, Action<string> misbehave) : IRoutingBackend, IReconcileTarget<NodeRouteRow>
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);

    public RoutingCapabilities Capabilities => RoutingCapabilities.None;

    public IReconcileTarget<NodeRouteRow> NodeRoutes => this;

    public RoutingPlan Plan(NodeDescription node) => new(Encapsulation.None, 0, []);

    public ValueTask InitializeAsync(CancellationToken cancellationToken)
    {
        journal.Note("InitializeAsync");
        misbehave("on start");
        new Thread(ThrowWhenTold) { IsBackground = true }.Start();
        return default;
    }

    public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<NodeRouteRow> batch, CancellationToken cancellationToken) =>
        new([.. batch.Items.Select(_ => RowOutcome.Done)]);

    public ValueTask<int> PruneAsync(IReadOnlyCollection<NodeRouteRow> desired, CancellationToken cancellationToken) => new(0);

    public ValueTask DisposeAsync()
    {
        journal.Note("DisposeAsync");
        misbehave("on stop");
        return default;
    }

    private void ThrowWhenTold()
    {
        var told = Path.Combine(context.RunDirectory, "throw");
        using var never = new ManualResetEvent(false);
        while (!File.Exists(told))
            never.WaitOne(LookAgain);
        // The next agent is not told.
        File.Delete(told);
        throw new InvalidOperationException("told to throw on a thread of its own.");
    }
}
