namespace Cilium.Framework.State;

/// <summary>Changes that come while others are being written are written together: twenty at once wait for two writes and not for twenty.</summary>
/// <param name="begin">Before the first change of a group.</param>
/// <param name="commit">Writes what the changes of a group have drafted; when it throws, none of them happened and all callers get the exception.</param>
/// <param name="undo">Takes back what was drafted, after <paramref name="commit"/> has thrown.</param>
internal sealed class GroupCommit(Action begin, Action commit, Func<ValueTask> undo) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Lock _lock = new();
    private List<Draft> _waiting = [];

    /// <summary>Drafts a change in turn with the others; answers once its group is written.</summary>
    /// <param name="draft">The change; never beside another one. When it throws, only its own caller gets the exception.</param>
    /// <param name="ct">Gives up, as long as the change has not begun.</param>
    public async Task<T> RunAsync<T>(Func<ValueTask<T>> draft, CancellationToken ct)
    {
        var own = new Draft<T>(draft, ct);
        lock (_lock)
            _waiting.Add(own);
        await _one.WaitAsync(ct);
        try
        {
            // Empty when somebody else has taken it along.
            List<Draft> group;
            lock (_lock)
                (group, _waiting) = (_waiting, []);
            if (group.Count > 0)
                await CommitAsync(group);
        }
        finally
        {
            _one.Release();
        }

        return await own.Answer;
    }

    /// <inheritdoc />
    public void Dispose() => _one.Dispose();

    private async Task CommitAsync(List<Draft> group)
    {
        try
        {
            begin();
            foreach (var draft in group)
                await draft.RunAsync();
            commit();
        }
        catch (Exception exception)
        {
            try
            {
                await undo();
            }
            finally
            {
                // Also when a backend cannot take back what it gave: nobody waits for ever.
                group.ForEach(draft => draft.Fail(exception));
            }

            return;
        }

        group.ForEach(draft => draft.Finish());
    }

    private abstract class Draft
    {
        public abstract Task RunAsync();

        public abstract void Finish();

        public abstract void Fail(Exception exception);
    }

    private sealed class Draft<T>(Func<ValueTask<T>> draft, CancellationToken ct) : Draft
    {
        private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? _result;

        public Task<T> Answer => _answer.Task;

        public override async Task RunAsync()
        {
            try
            {
                ct.ThrowIfCancellationRequested();
                _result = await draft();
            }
            catch (Exception exception)
            {
                _answer.SetException(exception);
            }
        }

        public override void Finish() => _answer.TrySetResult(_result!);

        public override void Fail(Exception exception) => _answer.TrySetException(exception);
    }
}
