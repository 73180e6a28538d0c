using Cilium.Framework.Errors;
using Cilium.Framework.Health;

namespace Cilium.Framework.Reconciliation;

/// <summary>Calls a target with patience: a call that hangs shows in the health tree and is told to give up. It is not left alone: a target has one call at a time.</summary>
/// <param name="table">Name of its table.</param>
/// <param name="patience">How long a call may take.</param>
/// <param name="time">The clock.</param>
/// <param name="health">Where a call that hangs shows.</param>
internal sealed class TargetCall(string table, TimeSpan patience, TimeProvider time, IHealthReporter health)
{
    /// <exception cref="CiliumException">It took too long, and gave up when told.</exception>
    public async Task<TResult> RunAsync<TResult>(Func<CancellationToken, ValueTask<TResult>> call, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var timer = time.CreateTimer(_ => GiveUp(stop), null, patience, Timeout.InfiniteTimeSpan);
        try
        {
            return await call(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new CiliumException(ErrorKind.Unavailable, $"the target of {table} did not finish within {patience.TotalSeconds:0.#} s and gave up. It is tried again.");
        }
    }

    private void GiveUp(CancellationTokenSource stop)
    {
        health.Degraded($"the target of {table} has not answered for {patience.TotalSeconds:0.#} s; nothing more of {table} is realised until it does. What was realised stays.");
        stop.Cancel();
    }
}
