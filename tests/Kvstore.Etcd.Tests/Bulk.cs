namespace Cilium.Framework.Kvstore.Etcd.Tests;

/// <summary>Many keys quickly.</summary>
internal static class Bulk
{
    public static async Task WriteAsync(IKvstore store, IEnumerable<string> keys, int valueBytes)
    {
        var value = new byte[valueBytes];
        await Parallel.ForEachAsync(keys.Chunk(store.Limits.MaxOperations), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Stores.Stop },
            async (chunk, ct) => await store.CommitAsync([], [.. chunk.Select(key => new KvOperation.Put(key, value))], ct));
    }
}
