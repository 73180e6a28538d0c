using Cilium.Framework.Errors;
using Cilium.Framework.Reconciliation;
using FsCheck.Xunit;

namespace Cilium.Framework.Core.Tests.Reconciliation;

public class ReconcilerProperties
{
    /// <summary>Each number is one step: which key, what happens to it, whether the reconciler runs, whether the target then fails.</summary>
    [Property(MaxTest = 200)]
    public Task<bool> The_target_finally_equals_the_table(int[] steps) => EndsEqualAsync(steps, new Faults(0));

    [Property(MaxTest = 200)]
    public Task<bool> The_target_finally_equals_the_table_although_it_fails_at_random(int[] steps, int seed) => EndsEqualAsync(steps, new Faults(seed));

    private static async Task<bool> EndsEqualAsync(int[] steps, Faults faults)
    {
        using var it = new Setup(new ReconcilerOptions { MaxBatch = 3 });
        faults.Inject(it.Target);
        // What an earlier process left behind: one key that is never desired, one that may be.
        (it.Target.Held[99], it.Target.Held[3]) = (1, 99);
        foreach (var step in steps.Select(step => step & int.MaxValue))
        {
            var key = step % 5;
            if (step / 5 % 3 == 0)
                it.Table.Remove(key, step / 15 % 5 == 0 ? Gate.Gone("policies", 0) : null);
            else
                it.Table.Upsert(new(key, step / 15 % 4), step / 60 % 5 == 0 ? Gate.Done("policies", step / 60 % 3) : null);
            if (step / 300 % 4 == 0)
                it.Policies.Upsert(new(step / 300 % 3, step % 2));
            if (step / 1200 % 3 == 0)
                await it.PolicyReconciler.StepAsync(default);
            if (step / 3600 % 3 == 0)
                await it.StepAsync();
            if (step / 3600 % 7 == 0)
                it.Source.ListDone();
            it.Time.Advance(TimeSpan.FromMilliseconds(step % 700));
        }

        it.Source.ListDone();
        faults.Stop();
        for (var i = 0; i < 100 && await it.StepAsync() is var pause && pause < TimeSpan.FromMinutes(20); i++)
            it.Time.Advance(pause);
        var desired = it.Table.Desired.ToDictionary(row => row.Key, row => row.Value);
        return !it.Target.WasMisled
            && it.Table.Rows.All(row => row.IsDone)
            && it.Target.Held.Count == desired.Count
            && it.Target.Held.All(held => desired.TryGetValue(held.Key, out var value) && value == held.Value);
    }

    /// <summary>Fails items, calls and prunes at random; a call that throws may have done a part of its work.</summary>
    private sealed class Faults(int seed)
    {
        private readonly Random _random = new(seed);
        private bool _active = seed != 0;

        public void Stop() => _active = false;

        public void Inject(FakeTarget target)
        {
            target.Outcome = _ => Happens(3) ? RowOutcome.Failed(ErrorKind.Unavailable, "injected") : RowOutcome.Done;
            target.BeforePrune = () => Throw(3);
            target.BeforeApply = batch =>
            {
                if (!Happens(4))
                    return;
                foreach (var item in batch.Items.Take(_random.Next(batch.Items.Count + 1)))
                {
                    if (item.Action == ReconcileAction.Delete)
                        target.Held.Remove(item.Row.Key);
                    else
                        target.Held[item.Row.Key] = item.Row.Value;
                }

                throw new CiliumException(ErrorKind.Unavailable, "injected");
            };
        }

        private bool Happens(int oneIn) => _active && _random.Next(oneIn) == 0;

        private void Throw(int oneIn)
        {
            if (Happens(oneIn))
                throw new CiliumException(ErrorKind.Unavailable, "injected");
        }
    }
}
