using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Etcd.Failures;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Cilium.Framework.Kvstore.Etcd.Calls;

/// <summary>Everything below a prefix as of one moment, in etcd's order (bytes of UTF-8).</summary>
/// <param name="Pairs">As they came: whoever reads them decodes them once.</param>
/// <param name="Moment">Revision and history that it is of.</param>
internal sealed record EtcdRange(IReadOnlyList<KeyValue> Pairs, ResponseHeader Moment)
{
    /// <summary>Keys of one answer: large enough that asking costs little, small enough for the time of one call.</summary>
    private const int PageKeys = 100_000;

    /// <summary>In ordinal order. Keys that are no text are somebody else's.</summary>
    public List<KvEntry> ToEntries()
    {
        var entries = new List<KvEntry>(Pairs.Count);
        var ordinal = true;
        foreach (var pair in Pairs)
        {
            if (EtcdKeys.Decode(pair.Key) is not { } key)
                continue;
            ordinal &= pair.Key.Span.IndexOfAnyInRange(EtcdKeys.FirstUnordered, byte.MaxValue) < 0;
            entries.Add(new(key, pair.Value.Memory, (ulong)pair.ModRevision));
        }

        if (!ordinal)
            entries.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
        return entries;
    }

    /// <exception cref="CiliumException">It cannot be read.</exception>
    public static async Task<EtcdRange> ReadAsync(EtcdClient client, string prefix, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await ReadOnceAsync(client, prefix, cancellationToken);
            }
            catch (CompactedException)
            {
                // So slow that its moment was forgotten: from the beginning.
            }
        }
    }

    private static async Task<EtcdRange> ReadOnceAsync(EtcdClient client, string prefix, CancellationToken cancellationToken)
    {
        var (key, end) = EtcdKeys.Range(prefix);
        var what = $"the keys below \"{Excerpt.Of(prefix)}\" cannot be listed";
        var page = await PageAsync(client, what, new() { Key = key, RangeEnd = end, Limit = PageKeys }, cancellationToken);
        var moment = page.Header;
        if (!page.More)
            return new(page.Kvs, moment);
        var pairs = new List<KeyValue>((int)page.Count);
        while (true)
        {
            pairs.AddRange(page.Kvs);
            if (!page.More)
                return new(pairs, moment);
            page = await PageAsync(client, what, new() { Key = After(pairs[^1].Key), RangeEnd = end, Limit = PageKeys, Revision = moment.Revision }, cancellationToken);
        }
    }

    private static async Task<RangeResponse> PageAsync(EtcdClient client, string what, RangeRequest request, CancellationToken cancellationToken) =>
        await client.CallAsync(new EtcdCall<RangeResponse>(what, Repeatable: true, async (invoker, options) => await new KV.KVClient(invoker).RangeAsync(request, options)), cancellationToken);

    private static ByteString After(ByteString key) => UnsafeByteOperations.UnsafeWrap((byte[])[.. key.Span, 0]);
}
