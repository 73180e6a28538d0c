using Cilium.Framework.Conformance.Checking;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.Kvstore;

/// <summary>Reads a watch event by event, and keeps what its reader knows from it.</summary>
internal sealed class WatchReader(IAsyncEnumerator<KvEvent> events, TimeSpan patience, Promise promise) : IAsyncDisposable
{
    private readonly List<string> _recent = [];

    /// <summary>Key and value, as far as the watch has told.</summary>
    public SortedDictionary<string, string> Known { get; } = new(StringComparer.Ordinal);

    /// <summary>Every revision that was told of, by key, in order.</summary>
    public List<(string Key, ulong Revision)> Revisions { get; } = [];

    /// <summary>The next event as text: kind, key, value.</summary>
    public async Task<string> NextAsync(string awaited)
    {
        try
        {
            if (!await events.MoveNextAsync().AsTask().WaitAsync(patience, TimeProvider.System))
                throw promise.Broken($"the watch ended by itself while {awaited} was awaited. So far: {Show.All(_recent)}.");
        }
        catch (TimeoutException)
        {
            throw promise.Broken($"{awaited} did not come within {patience.TotalSeconds:0.#} s. So far: {Show.All(_recent)}.");
        }

        return Note(events.Current);
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

    public ValueTask DisposeAsync() => events.DisposeAsync();

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
