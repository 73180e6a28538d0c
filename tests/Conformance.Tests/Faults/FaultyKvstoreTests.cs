using Cilium.Framework.Conformance.Faults;
using Cilium.Framework.Conformance.Kvstore;
using Cilium.Framework.Conformance.References;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Tests.Faults;

public sealed class FaultyKvstoreTests
{
    private static readonly TimeSpan Time = TimeSpan.FromMinutes(1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lease_goes_wrong_when_it_is_granted_and_when_it_is_revoked()
    {
        await using var store = new FaultyKvstore(new MemoryKvstore(), new FaultPlan(
            Fault.On(FaultKind.Fails, nameof(IKvstore.GrantLeaseAsync), 1), Fault.On(FaultKind.Fails, nameof(IKvLease.RevokeAsync), 1), Fault.On(FaultKind.FailsAfterwards, nameof(IKvLease.RevokeAsync), 2)));
        await ThrowsAsync("call 1 of GrantLeaseAsync was made to fail. Nothing was done.", async () => await store.GrantLeaseAsync(Time, Stop));
        var lease = await store.GrantLeaseAsync(Time, Stop);
        Assert.True((await store.CommitAsync([], [new KvOperation.Put("a", default, lease)], Stop)).Succeeded);
        await ThrowsAsync("call 1 of RevokeAsync was made to fail. Nothing was done.", async () => await lease.RevokeAsync(Stop));
        Assert.NotNull(await store.GetAsync("a", Stop));
        Assert.False(lease.Lost.IsCancellationRequested);
        await ThrowsAsync("call 2 of RevokeAsync was made to fail. It was carried out.", async () => await lease.RevokeAsync(Stop));
        Assert.Null(await store.GetAsync("a", Stop));
        Assert.True(lease.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_lock_that_cannot_be_given_back_is_free_when_its_lease_runs_out()
    {
        var content = new MemoryKvstoreContent();
        await using var store = new FaultyKvstore(new MemoryKvstore(content), new FaultPlan(Fault.On(FaultKind.Fails, nameof(IKvLease.RevokeAsync), 1)));
        var held = await KvLock.AcquireAsync(store, "lock", TimeSpan.FromSeconds(1), "first", Stop);
        await held.DisposeAsync();
        Assert.NotNull(await store.GetAsync("lock", Stop));
        await using var next = await KvLock.AcquireAsync(store, "lock", TimeSpan.FromSeconds(1), "second", Stop).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Stop);
        Assert.True(next.Revision > held.Revision);
    }

    private static async Task ThrowsAsync(string expected, Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<CiliumException>(call);
        Assert.Equal((ErrorKind.Unavailable, $"fault: {expected}"), (error.Kind, error.Message));
    }
}

/// <summary>Without faults nothing is different.</summary>
public sealed class FaultlessKvstoreTests : KvstoreConformance
{
    private readonly MemoryKvstoreContent _content = new();

    protected override void NotApplicable(string reason) => Assert.Equal("Server is null: there is no server to hurt", reason);

    protected override ValueTask<IKvstore> CreateAsync() => new(Store(_content));

    protected override ValueTask<IKvstore?> ReopenAsync() => new(Store(_content));

    protected override ValueTask<IKvstore?> AfterCrashAsync() => new(Store(_content));

    protected override ValueTask<IKvstore?> ConnectAnotherAsync() => new(Store(_content));

    private static new FaultyKvstore Store(MemoryKvstoreContent content) => new(new MemoryKvstore(content), new FaultPlan());
}
