using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Kvstore;

/// <summary>Reads a watch in the background, and judges every event by what was written.</summary>
internal sealed class RecordedWatch : IAsyncDisposable
{
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(10);
    private readonly Lock _sync = new();
    private readonly CancellationTokenSource _stop;
    private readonly SortedDictionary<string, string> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ulong> _revisions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _deletions = new(StringComparer.Ordinal);
    private readonly WriteLog _log;
    private readonly Promise _promise;
    private readonly Task _reading;
    private int _lists;

    public RecordedWatch(IKvstore store, string prefix, WriteLog log, Promise promise, CancellationToken stop)
    {
        (_log, _promise) = (log, promise);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _reading = Task.Run(() => ReadAsync(store.WatchAsync(prefix, _stop.Token)), stop);
    }

    public bool IsListed
    {
        get
        {
            lock (_sync)
                return _lists > 0;
        }
    }

    /// <summary>What a reader of this watch believes; fails when the watch has failed.</summary>
    public async Task<IReadOnlyList<string>> KnownAsync()
    {
        if (_reading.IsCompleted)
        {
            await _reading;
            throw _promise.Broken("a watch ended by itself.");
        }

        lock (_sync)
            return [.. _known.Select(known => $"{known.Key}={known.Value}")];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        // A sequence that does not end in spite of its token is left behind; another test says so.
        await _reading.WaitAsync(EndsWithin, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ReadAsync(IAsyncEnumerable<KvEvent> events)
    {
        try
        {
            await foreach (var happened in events)
            {
                lock (_sync)
                    Note(happened);
            }
        }
        catch (Exception error) when (error is not BrokenPromiseException and not OperationCanceledException)
        {
            throw _promise.Broken($"a watch threw {Show.Failure(error)}");
        }
    }

    private void Note(KvEvent happened)
    {
        switch (happened.Kind)
        {
            case KvEventKind.ListDone:
                _promise.Kept(++_lists == 1, () => $"ListDone came {_lists} times.");
                break;
            case KvEventKind.Deleted:
                Deleted(happened.Key);
                break;
            default:
                Written(happened.Kind, happened.Key, System.Text.Encoding.UTF8.GetString(happened.Value.Span), happened.Revision);
                break;
        }
    }

    private void Deleted(string key)
    {
        _promise.Kept(_known.Remove(key), () => $"the deletion of {key} was reported, which the watch had not reported to exist.");
        var reported = _deletions[key] = _deletions.GetValueOrDefault(key) + 1;
        _promise.Kept(reported <= _log.DeletionsOf(key), () => $"deletion {reported} of {key} was reported, which was deleted at most {_log.DeletionsOf(key)} times.");
    }

    private void Written(KvEventKind kind, string key, string value, ulong revision)
    {
        _promise.Kept(_log.WasAttempted(value, revision), () => $"{kind} {key}={value} at revision {revision} was reported, which nobody wrote.");
        _promise.Equal(_known.ContainsKey(key) ? KvEventKind.Modified : KvEventKind.Created, kind, $"the kind of the event that reports {key}={value}");
        _promise.Kept(revision > _revisions.GetValueOrDefault(key), () => $"{key}={value} at revision {revision} was reported after revision {_revisions[key]} of the same key.");
        (_revisions[key], _known[key]) = (revision, value);
    }
}
