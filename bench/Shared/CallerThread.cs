using Cilium.Framework.Reconciliation;

namespace Cilium.Framework.Bench;

/// <summary>Work of a datapath that must not leave its caller's thread, because only that thread is inside the network namespace.</summary>
internal static class CallerThread
{
    /// <exception cref="InvalidOperationException">The target refused the row; carries its words.</exception>
    public static void Apply<TRow>(IReconcileTarget<TRow> target, TRow row)
        where TRow : class
    {
        var outcome = Done(target.ApplyAsync(new([new(ReconcileAction.Upsert, row, null)]), default))[0];
        if (!outcome.IsDone)
            throw new InvalidOperationException(outcome.Error);
    }

    public static T Done<T>(ValueTask<T> task)
    {
        if (!task.IsCompleted)
            throw new InvalidOperationException("the datapath left its caller's thread");
#pragma warning disable VSTHRD002 // it is completed
        return task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    public static void Done(ValueTask task)
    {
        if (!task.IsCompletedSuccessfully)
            throw new InvalidOperationException("the datapath failed or left its caller's thread");
    }
}
