using System.Diagnostics;
using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Kvstore;

/// <summary>A writer with guarded commits and two watches, while somebody hurts the server. At the end the store's own list is the truth.</summary>
internal sealed class FaultRun : IAsyncDisposable
{
    private const string Prefix = "fault/";
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(2), Again = TimeSpan.FromMilliseconds(20);
    private readonly IKvstore _store;
    private readonly TimeSpan _patience;
    private readonly Promise _promise;
    private readonly CancellationToken _token;
    private readonly CancellationTokenSource _end;
    private readonly WriteLog _log;
    private readonly List<RecordedWatch> _watches = [];
    private readonly Task _writing;
    private int _acknowledged, _failed;

    public FaultRun(IKvstore store, TimeSpan patience, Promise promise, CancellationToken token)
    {
        (_store, _patience, _promise, _token, _log) = (store, patience, promise, token, new(promise));
        _end = CancellationTokenSource.CreateLinkedTokenSource(token);
        AddWatch();
        AddWatch();
        _writing = Task.Run(WriteAsync, token);
    }

    /// <summary>One more watch; also while the server is away.</summary>
    public void AddWatch() => _watches.Add(new(_store, Prefix, _log, _promise, _token));

    /// <summary>Waits until so many more commits are acknowledged.</summary>
    public Task UntilAcknowledgedAsync(int more, string when)
    {
        var target = Volatile.Read(ref _acknowledged) + more;
        return UntilAsync(() => Task.FromResult(Volatile.Read(ref _acknowledged) >= target), () => $"{more} more commits are not acknowledged within {_patience.TotalSeconds:0.#} s {when}.");
    }

    /// <summary>Waits until a call fails as it must when the store cannot be reached.</summary>
    public Task UntilUnavailableAsync(string when)
    {
        var before = Volatile.Read(ref _failed);
        return UntilAsync(() => Task.FromResult(Volatile.Read(ref _failed) > before), () => $"no call failed with Unavailable within {_patience.TotalSeconds:0.#} s {when}.");
    }

    /// <summary>Ends the writer, and compares the watches with what the store holds.</summary>
    public async Task EndAsync()
    {
        await _end.CancelAsync();
        await _writing.WaitAsync(_patience * 2, TimeProvider.System, _token);
        IReadOnlyList<string> truth = [], known = [];
        foreach (var watch in _watches)
        {
            await UntilAsync(async () =>
            {
                if (await TryAsync(() => _store.ListAsync(Prefix, _token)) is not { } list)
                    return false;
                foreach (var entry in list)
                    _log.Read(entry.Key, entry);
                truth = [.. list.Select(entry => $"{entry.Key}={System.Text.Encoding.UTF8.GetString(entry.Value.Span)}")];
                known = await watch.KnownAsync();
                return watch.IsListed && known.SequenceEqual(truth);
            }, () => $"{_patience.TotalSeconds:0.#} s after the last write a watch {(watch.IsListed ? "" : "has not ended its list and ")}believes in {Show.All(known)}; the store holds {Show.All(truth)}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (var watch in _watches)
            await watch.DisposeAsync();
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task UntilAsync(Func<Task<bool>> condition, Func<string> broken)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (_writing.IsFaulted)
                await _writing;
            foreach (var watch in _watches)
                await watch.KnownAsync();
            if (Stopwatch.GetElapsedTime(started) > _patience)
                throw _promise.Broken(broken());
            await Task.Delay(Again, TimeProvider.System, _token);
        }
    }

    private async Task WriteAsync()
    {
        var revisions = new Dictionary<string, ulong>();
        for (var number = 1; !_end.IsCancellationRequested; number++)
        {
            // Steady keys are never deleted, so that any deletion of them is invented; passing ones live for a while and never come again, so that nothing hides a deletion that was lost.
            var key = Prefix + (number % 4) switch
            {
                0 or 1 => $"steady{number % 8}",
                2 => $"coming{number / 4 % 2}",
                _ => $"passing{(number / 16) - (number / 4 % 4 == 3 ? 1 : 0)}",
            };
            await WriteAsync(key, number, revisions);
            await Task.Delay(Pace, TimeProvider.System, CancellationToken.None);
        }
    }

    private static bool Ends(string key, int number) =>
        (key.Contains("coming", StringComparison.Ordinal) && number / 8 % 3 == 0) || (key.Contains("passing", StringComparison.Ordinal) && number / 4 % 4 == 3);

    private async Task WriteAsync(string key, int number, Dictionary<string, ulong> revisions)
    {
        var exists = revisions.TryGetValue(key, out var revision);
        var value = exists && Ends(key, number) ? null : $"{key}#{number}";
        KvCondition guard = exists ? new KvCondition.RevisionEquals(key, revision) : new KvCondition.KeyAbsent(key);
        KvOperation operation = value is null ? new KvOperation.Delete(key) : new KvOperation.Put(key, System.Text.Encoding.UTF8.GetBytes(value));
        _log.Attempted(key, value);
        if (await TryAsync(() => Counted(_store.CommitAsync([guard], [operation], _token))) is not { } result)
            _log.Unanswered(key, value, creates: !exists);
        else if (result.Succeeded)
        {
            Interlocked.Increment(ref _acknowledged);
            _log.Acknowledged(key, value, result.Revision);
            if (value is null)
                revisions.Remove(key);
            else
                revisions[key] = result.Revision;
            return;
        }

        await ReadAsync(key, revisions);
    }

    private async Task ReadAsync(string key, Dictionary<string, ulong> revisions)
    {
        while (!_end.IsCancellationRequested)
        {
            if (await TryAsync(async () => (KvEntry?[])[await _store.GetAsync(key, _token)]) is [var entry])
            {
                _log.Read(key, entry);
                if (entry is null)
                    revisions.Remove(key);
                else
                    revisions[key] = entry.Revision;
                return;
            }

            await Task.Delay(Again, TimeProvider.System, CancellationToken.None);
        }
    }

    private static async ValueTask<Answer> Counted(ValueTask<KvCommitResult> commit) => new(await commit);

    /// <summary>Null: the store could not be reached.</summary>
    private async Task<T?> TryAsync<T>(Func<ValueTask<T>> call)
        where T : class
    {
        try
        {
            return await call().AsTask().WaitAsync(_patience, TimeProvider.System, _token);
        }
        catch (CiliumException error) when (error.Kind == ErrorKind.Unavailable)
        {
            Interlocked.Increment(ref _failed);
            return null;
        }
        catch (TimeoutException)
        {
            throw _promise.Broken($"a call had no answer within {_patience.TotalSeconds:0.#} s; when the store cannot be reached it throws CiliumException of kind Unavailable.");
        }
        catch (Exception error) when (error is not BrokenPromiseException && !_token.IsCancellationRequested)
        {
            throw _promise.Broken($"a call threw {Show.Failure(error)}; when the store cannot be reached it throws CiliumException of kind Unavailable.");
        }
    }

    private sealed record Answer(KvCommitResult Result)
    {
        public bool Succeeded => Result.Succeeded;

        public ulong Revision => Result.Revision;
    }
}
