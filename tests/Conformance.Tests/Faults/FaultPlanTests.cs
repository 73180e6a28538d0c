using Cilium.Framework.Conformance.Faults;
using Cilium.Framework.Conformance.References;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Reconciliation;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Conformance.Tests.Faults;

public sealed class FaultPlanTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_nth_call_fails_and_nothing_was_done()
    {
        await using var store = new FaultyKvstore(new MemoryKvstore(), new FaultPlan(Fault.On(FaultKind.Fails, "CommitAsync", 2)));
        await PutAsync(store, "a");
        var error = await Assert.ThrowsAsync<CiliumException>(async () => await PutAsync(store, "b"));
        Assert.Equal((ErrorKind.Unavailable, "fault: call 2 of CommitAsync was made to fail. Nothing was done."), (error.Kind, error.Message));
        await PutAsync(store, "c");
        Assert.Equal(["a", "c"], (await store.ListAsync("", Stop)).Select(entry => entry.Key));
    }

    [Fact]
    public async Task An_answer_is_lost_after_the_work_was_done()
    {
        await using var store = new FaultyKvstore(new MemoryKvstore(), new FaultPlan(Fault.Always(FaultKind.FailsAfterwards, "CommitAsync")));
        var error = await Assert.ThrowsAsync<CiliumException>(async () => await PutAsync(store, "a"));
        Assert.Equal("fault: call 1 of CommitAsync was made to fail. It was carried out.", error.Message);
        Assert.NotNull(await store.GetAsync("a", Stop));
    }

    [Fact]
    public async Task What_hangs_goes_on_when_the_faults_are_cleared_or_ends_with_its_token()
    {
        var plan = new FaultPlan(Fault.Always(FaultKind.Hangs, "CommitAsync"));
        await using var store = new FaultyKvstore(new MemoryKvstore(), plan);
        using var cancel = new CancellationTokenSource();
        var given = store.CommitAsync([], [new KvOperation.Delete("a")], cancel.Token).AsTask();
        var waiting = PutAsync(store, "a");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.False(waiting.IsCompleted);
        plan.Clear();
        Assert.True((await waiting).Succeeded);
        Assert.Equal(2, plan.CallsOf("CommitAsync"));
    }

    [Fact]
    public async Task One_row_of_a_batch_is_refused()
    {
        var held = new Dictionary<string, DeviceRow>();
        var plan = new FaultPlan(Fault.On(FaultKind.LosesOne, "Devices.ApplyAsync.Row", 2));
        var target = new FaultyTarget<DeviceRow>(new MemoryTarget<DeviceRow, string>(row => row.Name, held), plan, "Devices.");
        var outcomes = await target.ApplyAsync(new([.. "abc".Select(name => new ReconcileItem<DeviceRow>(ReconcileAction.Upsert, new($"{name}", DeviceRole.Native, 1500), null))]), Stop);
        Assert.Equal([true, false, true], outcomes.Select(outcome => outcome.IsDone));
        Assert.StartsWith("fault: DeviceRow { Name = b,", outcomes[1].Error, StringComparison.Ordinal);
        Assert.Equal(["a", "c"], held.Keys);
    }

    private static Task<KvCommitResult> PutAsync(FaultyKvstore store, string key) => store.CommitAsync([], [new KvOperation.Put(key, default)], Stop).AsTask();
}
