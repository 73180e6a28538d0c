using Cilium.Framework.Conformance.Checking;

namespace Cilium.Framework.Conformance.Reconciliation;

public abstract partial class TargetConformance<TRow>
{
    private const string PruneText = "IReconcileTarget.PruneAsync removes own state that no row desires, also what an earlier process wrote, and never state of others; it returns how many objects it removed.";

    [Fact]
    public async Task Pruning_removes_what_nobody_desires_and_nothing_else()
    {
        var promise = new Promise(PruneText, "compare keys of what is there with keys of the desired rows.");
        await ApplyAsync(promise, Upsert(Rows[0]));
        var wanted = await SeenAsync();
        await ApplyAsync(promise, [.. Rows.Skip(1).Select(row => Upsert(row))]);
        var removed = await PruneAsync(Target, Rows[0]);
        promise.Same(wanted, await SeenAsync(), "what is observed after pruning with one desired row");
        promise.Kept(removed >= Rows.Count - 1, () => $"{Rows.Count - 1} rows were pruned, but PruneAsync returned {removed}.");
        promise.Equal(0, await PruneAsync(Target, Rows[0]), "the result of pruning again");
        promise.Same(wanted, await SeenAsync(), "what is observed after pruning again");
    }

    [Fact]
    public async Task Pruning_with_everything_desired_changes_nothing()
    {
        var promise = new Promise(PruneText, "what belongs to a desired row must be recognised, also when the row says something newer than what is realised: it may be held back by a gate.");
        await ApplyAsync(promise, [.. Rows.Select(row => Upsert(row))]);
        var before = await SeenAsync();
        promise.Equal(0, await PruneAsync(Target, [.. Rows.Skip(1), Changed(Rows[0])]), "the result of pruning when every key is desired");
        promise.Same(before, await SeenAsync(), "what is observed after pruning when every key is desired");
    }

    [Fact]
    public async Task Pruning_never_touches_what_belongs_to_others()
    {
        var promise = new Promise(PruneText, "mark what is yours (a route protocol, a name, a folder) and look for the mark before you remove anything.");
        if (!await AddForeignAsync())
        {
            NotApplicable("AddForeignAsync gives false: there can be nothing of others");
            return;
        }

        await ApplyAsync(promise, Upsert(Rows[0]));
        await PruneAsync(Target);
        promise.Kept(await ForeignIsThereAsync(), () => "something of somebody else is gone or changed after PruneAsync with no desired row.");
    }

    [Fact]
    public async Task A_new_process_finds_what_the_old_one_made()
    {
        var promise = new Promise(
            "IReconcileTarget needs no memory over restarts: it compares with its own state, and PruneAsync removes what an earlier process wrote.",
            "a dictionary in memory where the kernel or server should be asked.");
        var nothing = await SeenAsync();
        await ApplyAsync(promise, [.. Rows.Select(row => Upsert(row))]);
        var before = await SeenAsync();
        var next = await RestartAsync();
        if (next is null)
        {
            NotApplicable("RestartAsync gives null: what this target makes ends with the process");
            return;
        }

        promise.Same(before, await SeenAsync(), "what is observed after a restart");
        await ApplyAsync(next, promise, [.. Rows.Select(row => Upsert(row))]);
        promise.Same(before, await SeenAsync(), "what is observed after a new process applied every row again");
        await PruneAsync(next);
        promise.Same(nothing, await SeenAsync(), "what is observed after a new process pruned with no desired row");
    }
}
