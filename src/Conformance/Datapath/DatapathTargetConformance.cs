using Cilium.Framework.Conformance.Reconciliation;
using Cilium.Framework.Datapath;
using Cilium.Framework.Reconciliation;

namespace Cilium.Framework.Conformance.Datapath;

/// <summary>What a target of a datapath must do. <see cref="PolicyTargetConformance"/>, <see cref="IpCacheTargetConformance"/> and <see cref="EndpointTargetConformance"/> bring the rows.</summary>
/// <typeparam name="TRow">The rows.</typeparam>
public abstract class DatapathTargetConformance<TRow> : TargetConformance<TRow>
    where TRow : class
{
    private DatapathUnderTest? _node;

    /// <summary>Makes a datapath that holds nothing, on a node of its own. Not initialised: the suite does that, and disposes it.</summary>
    protected abstract ValueTask<DatapathUnderTest> CreateDatapathAsync();

    private protected abstract IReconcileTarget<TRow> TargetOf(IDatapath datapath);

    private protected abstract ValueTask<IReadOnlyList<string>> ObserveAsync(IDatapathView view);

    private protected virtual ValueTask PrepareAsync(DatapathUnderTest node) => default;

    private protected DatapathUnderTest Node => _node ?? throw new InvalidOperationException("The test has not begun.");

    /// <inheritdoc />
    protected sealed override async ValueTask<IReconcileTarget<TRow>> CreateAsync()
    {
        _node = await CreateDatapathAsync();
        await InitializeDatapathAsync();
        await PrepareAsync(_node);
        return TargetOf(_node.Datapath);
    }

    /// <inheritdoc />
    protected sealed override async ValueTask<IReconcileTarget<TRow>?> RestartAsync()
    {
        if (!await Node.RestartAsync())
            return null;
        await InitializeDatapathAsync();
        return TargetOf(Node.Datapath);
    }

    /// <inheritdoc />
    protected sealed override ValueTask<IReadOnlyList<string>> ObserveAsync() => Node.RunAsync(() => ObserveAsync(Node.Datapath.View));

    /// <inheritdoc />
    protected sealed override ValueTask<T> RunAsync<T>(Func<ValueTask<T>> call) => Node.RunAsync(call);

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_node is not null)
            await _node.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private async ValueTask InitializeDatapathAsync() => await Node.RunAsync(async () =>
    {
        await Node.Datapath.InitializeAsync(TestContext.Current.CancellationToken);
        return true;
    });
}
