using Cilium.Framework.Core.Tests.Reconciliation;
using Cilium.Framework.Errors;
using Cilium.Framework.IpCache;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cilium.Framework.Core.Tests.IpCache;

public sealed class IdentitiesInUseTests : IDisposable
{
    private static readonly IpPrefix Address = IpPrefix.Parse("10.0.0.7/32");
    private static readonly NumericIdentity Old = new(1001);
    private static readonly NumericIdentity New = new(1002);

    private readonly DesiredTable<IpPrefix, IpCacheRow> _ipcache = new("ipcache", row => row.Prefix, TimeProvider.System);
    private readonly DesiredTable<ushort, EndpointRow> _endpoints = new("endpoints", row => row.Id, TimeProvider.System);
    private readonly Target _target = new();
    private readonly Reconciler<IpPrefix, IpCacheRow> _reconciler;
    private readonly IdentitiesInUse _inUse;

    public IdentitiesInUseTests()
    {
        _reconciler = new(_ipcache, _target, new GateKeeper(), new ReconcilerOptions(), TimeProvider.System, new LastHealth(), NullLogger.Instance);
        _inUse = new(_ipcache, _endpoints);
        _ipcache.RegisterSource("test").ListDone();
        _endpoints.MarkPruned();
    }

    public void Dispose() => _reconciler.Dispose();

    private sealed class Target : IReconcileTarget<IpCacheRow>
    {
        public bool Fails { get; set; }

        public ValueTask<IReadOnlyList<RowOutcome>> ApplyAsync(ReconcileBatch<IpCacheRow> batch, CancellationToken cancellationToken) =>
            new([.. batch.Items.Select(_ => Fails ? RowOutcome.Failed(ErrorKind.Unavailable, "no") : RowOutcome.Done)]);

        public ValueTask<int> PruneAsync(IReadOnlyCollection<IpCacheRow> desired, CancellationToken cancellationToken) => new(0);
    }

    private void Desire(NumericIdentity id) => _ipcache.Upsert(new IpCacheRow(Address, id, null, IpCacheOrigin.Endpoint));

    private Task StepAsync() => _reconciler.StepAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task Before_the_first_prune_any_identity_may_be_in_use()
    {
        Assert.True(_inUse.Contains(Old));
        await StepAsync();
        Assert.False(_inUse.Contains(Old));
    }

    [Fact]
    public async Task The_identity_that_an_address_had_is_in_use_until_the_target_acknowledged_the_new_one()
    {
        Desire(Old);
        await StepAsync();
        Desire(New);
        Assert.True(_inUse.Contains(Old) && _inUse.Contains(New));
        await StepAsync();
        Assert.False(_inUse.Contains(Old));
    }

    [Fact]
    public async Task The_identity_of_a_row_on_its_way_out_is_in_use_until_it_is_gone()
    {
        Desire(Old);
        await StepAsync();
        _target.Fails = true;
        _ipcache.Remove(Address);
        await StepAsync();
        Assert.True(_inUse.Contains(Old));
    }

    [Fact]
    public async Task While_it_is_not_known_what_the_target_holds_any_identity_may_be_in_use()
    {
        await StepAsync();
        _target.Fails = true;
        Desire(New);
        await StepAsync();
        Assert.True(_inUse.Contains(new(4711)));
    }

    [Fact]
    public async Task A_change_wakes_whoever_waits_for_a_number_to_be_free()
    {
        var wake = new Wake();
        using (_inUse.Attach(wake))
            Desire(Old);
        await wake.WaitAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }
}
