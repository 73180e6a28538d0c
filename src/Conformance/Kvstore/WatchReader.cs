using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Kvstore;

/// <summary>Reads a watch event by event, and keeps what its reader knows from it.</summary>
internal sealed class WatchReader : IAsyncDisposable
{
    private readonly List<string> _recent = [];
    private readonly TimeSpan _patience;
    private readonly Promise _promise;
    private readonly CancellationTokenSource _cancel;
    private readonly IAsyncEnumerator<KvEvent> _events;
    private Task<bool> _next = Task.FromResult(true);

    public WatchReader(IKvstore store, string prefix, TimeSpan patience, Promise promise, CancellationToken stop)
    {
        (_patience, _promise) = (patience, promise);
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _events = store.WatchAsync(prefix, _cancel.Token).GetAsyncEnumerator(_cancel.Token);
    }

    /// <summary>Key and value, as far as the watch has told.</summary>
    public SortedDictionary<string, string> Known { get; } = new(StringComparer.Ordinal);

    /// <summary>Every revision that was told of, by key, in order.</summary>
    public List<(string Key, ulong Revision)> Revisions { get; } = [];

    /// <summary>Waits for the next event without a deadline.</summary>
    public Task<bool> BeginNext() => _next = _events.MoveNextAsync().AsTask();

    public Task CancelAsync() => _cancel.CancelAsync();

    /// <summary>The next event as text: kind, key, value.</summary>
    public async Task<string> NextAsync(string awaited)
    {
        try
        {
            if (!await BeginNext().WaitAsync(_patience, TimeProvider.System))
                throw _promise.Broken($"the watch ended by itself while {awaited} was awaited. So far: {Show.All(_recent)}.");
        }
        catch (TimeoutException)
        {
            throw _promise.Broken($"{awaited} did not come within {_patience.TotalSeconds:0.#} s. So far: {Show.All(_recent)}.");
        }

        return Note(_events.Current);
    }

    /// <summary>Reads until the initial list is complete.</summary>
    public async Task ListAsync()
    {
        while (await NextAsync("ListDone") != nameof(KvEventKind.ListDone))
        {
        }
    }

    /// <summary>Reads until a key is known with a value; null: until it is known to be gone.</summary>
    public async Task UntilAsync(string key, string? value)
    {
        while (Known.GetValueOrDefault(key) != value)
            await NextAsync(value is null ? $"the deletion of {key}" : $"{key}={value}");
    }

    public async ValueTask DisposeAsync()
    {
        await _cancel.CancelAsync();
        // A sequence must not be disposed while it is waited on; one that does not end in spite of its token is left behind.
        if (await Task.WhenAny(_next, Task.Delay(_patience, TimeProvider.System)) == _next)
            await _events.DisposeAsync();
        _cancel.Dispose();
    }

    private string Note(KvEvent happened)
    {
        var value = System.Text.Encoding.UTF8.GetString(happened.Value.Span);
        var text = happened.Kind switch
        {
            KvEventKind.ListDone => nameof(KvEventKind.ListDone),
            KvEventKind.Deleted => $"Deleted {happened.Key}",
            var kind => $"{kind} {happened.Key}={value}",
        };
        _recent.Add(text);
        if (happened.Kind == KvEventKind.ListDone)
            return text;
        Revisions.Add((happened.Key, happened.Revision));
        if (happened.Kind == KvEventKind.Deleted)
            Known.Remove(happened.Key);
        else
            Known[happened.Key] = value;
        return text;
    }
}
