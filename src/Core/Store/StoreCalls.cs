using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Store;

/// <summary>Calls of the store, each with a deadline: a store that hangs fails like one that cannot be reached.</summary>
/// <remarks>A call that is given up may still be carried out, as the contract says of any that fails.</remarks>
/// <param name="store">The store.</param>
/// <param name="time">The clock.</param>
internal sealed class StoreCalls(IKvstore store, TimeProvider time)
{
    /// <summary>A store answers within milliseconds, within a second or two while it elects a leader.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    public Task<KvEntry?> GetAsync(string key, CancellationToken ct) => WithinAsync(stop => store.GetAsync(key, stop), ct);

    public Task<IReadOnlyList<KvEntry>> ListAsync(string prefix, CancellationToken ct) => WithinAsync(stop => store.ListAsync(prefix, stop), ct);

    public Task<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken ct) =>
        WithinAsync(stop => store.CommitAsync(conditions, operations, stop), ct);

    public Task<IKvLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken ct) => WithinAsync(stop => store.GrantLeaseAsync(timeToLive, stop), ct);

    public Task<KvstoreStatus> GetStatusAsync(CancellationToken ct) => WithinAsync(store.GetStatusAsync, ct);

    private async Task<T> WithinAsync<T>(Func<CancellationToken, ValueTask<T>> call, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, ct);
        var answer = call(either.Token);
        if (answer.IsCompleted)
            return await answer;
        try
        {
            // A store that heeds its token ends the call; one that does not is left behind.
            return await answer.AsTask().WaitAsync(either.Token);
        }
        catch (OperationCanceledException exception) when (deadline.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new CiliumException(ErrorKind.Unavailable, $"the store did not answer within {Deadline.TotalSeconds:0} s. It is tried again.", exception);
        }
    }
}
