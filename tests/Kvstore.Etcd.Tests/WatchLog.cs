using System.Collections.Concurrent;

namespace Cilium.Framework.Kvstore.Etcd.Tests;

/// <summary>Reads a watch in the background and keeps what is known from it.</summary>
internal sealed class WatchLog : IAsyncDisposable
{
    private readonly CancellationTokenSource _cancel;
    private readonly Task _reading;
    private int _events;
    private int _lists;

    public WatchLog(IKvstore store, string prefix, CancellationToken cancellationToken)
    {
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _reading = ReadAsync(store, prefix, _cancel.Token);
    }

    /// <summary>Key and value.</summary>
    public ConcurrentDictionary<string, string> Seen { get; } = new();

    /// <summary>Events but for ends of lists.</summary>
    public int Events => Volatile.Read(ref _events);

    /// <summary>Ends of lists.</summary>
    public int Lists => Volatile.Read(ref _lists);

    public Task UntilListedAsync() => Eventually.TrueAsync(() => Lists > 0, "the end of the list");

    public Task UntilAsync(Func<ConcurrentDictionary<string, string>, bool> condition, string awaited, int seconds = 20) =>
        Eventually.TrueAsync(() => condition(Seen) || (_reading.IsFaulted && Failed()), awaited, seconds);

    public async ValueTask DisposeAsync()
    {
        await _cancel.CancelAsync();
        await _reading.ContinueWith(_ => { }, TaskScheduler.Default);
        _cancel.Dispose();
    }

    private bool Failed() => throw new InvalidOperationException("The watch failed.", _reading.Exception);

    private async Task ReadAsync(IKvstore store, string prefix, CancellationToken cancellationToken)
    {
        await foreach (var happened in store.WatchAsync(prefix, cancellationToken))
        {
            if (happened.Kind == KvEventKind.ListDone)
            {
                Interlocked.Increment(ref _lists);
                continue;
            }

            if (happened.Kind == KvEventKind.Deleted)
                Seen.TryRemove(happened.Key, out _);
            else
                Seen[happened.Key] = happened.Value.Length < 100 ? Stores.Text(happened.Value) : "(long)";
            Interlocked.Increment(ref _events);
        }
    }
}
