namespace Cilium.Framework.Store;

/// <summary>What a sequence has ready, together: a list of a hundred thousand keys is not applied key by key.</summary>
internal static class ReadyBatches
{
    /// <summary>Batches of at least one; a batch ends when the sequence makes its reader wait, or is full.</summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="most">Most items of a batch.</param>
    public static async IAsyncEnumerable<IReadOnlyList<T>> InBatches<T>(this IAsyncEnumerable<T> sequence, int most)
    {
        await using var items = sequence.GetAsyncEnumerator();
        var batch = new List<T>();
        while (true)
        {
            var next = items.MoveNextAsync();
            if (batch.Count > 0 && (batch.Count >= most || !next.IsCompleted))
            {
                yield return batch;
                batch = [];
            }

            if (!await next)
                break;
            batch.Add(items.Current);
        }

        if (batch.Count > 0)
            yield return batch;
    }
}
