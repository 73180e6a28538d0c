using Cilium.Framework.Kvstore;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Store;

/// <summary>Keeps a table as a folder of the store is. What the watch has ready is applied together: a list of a hundred thousand keys is not applied key by key.</summary>
internal static class StoreReflection
{
    /// <summary>Large enough that a batch costs no more than its rows, small enough that readers see a long list grow.</summary>
    private const int MostAtOnce = 4096;

    /// <summary>Runs until cancelled, or until the watch or the table fails: then whoever runs the loop starts it again.</summary>
    /// <param name="store">The store.</param>
    /// <param name="folder">Beginning of the keys.</param>
    /// <param name="table">Written by nobody else.</param>
    /// <param name="source">Told when everything in the store was read.</param>
    /// <param name="apply">Writes what one event says; told of the end of the list too.</param>
    /// <param name="ct">Ends it.</param>
    public static async Task RunAsync<TKey, TRow>(
        IKvstore store, string folder, IWriteTable<TKey, TRow> table, TableSource source, Action<TableWriter<TKey, TRow>, KvEvent> apply, CancellationToken ct)
        where TKey : notnull
        where TRow : class
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var events = store.WatchAsync(folder, end.Token).GetAsyncEnumerator(end.Token);
        var batch = new List<KvEvent>();
        var next = events.MoveNextAsync().AsTask();
        try
        {
            while (await next)
            {
                batch.Add(events.Current);
                next = events.MoveNextAsync().AsTask();
                if (next.IsCompleted && batch.Count < MostAtOnce)
                    continue;
                Apply(table, source, batch, apply);
                batch.Clear();
            }

            Apply(table, source, batch, apply);
        }
        finally
        {
            // A sequence must not be disposed while it is waited on.
            await end.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private static void Apply<TKey, TRow>(IWriteTable<TKey, TRow> table, TableSource source, List<KvEvent> batch, Action<TableWriter<TKey, TRow>, KvEvent> apply)
        where TKey : notnull
        where TRow : class
    {
        table.Write(writer =>
        {
            foreach (var happened in batch)
                apply(writer, happened);
        });
        if (batch.Exists(happened => happened.Kind == KvEventKind.ListDone))
            source.ListDone();
    }
}
