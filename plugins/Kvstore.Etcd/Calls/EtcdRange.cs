using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Etcd.Failures;
using Etcdserverpb;
using Google.Protobuf;

namespace Cilium.Framework.Kvstore.Etcd.Calls;

/// <summary>Everything below a prefix as of one moment, in etcd's order (bytes of UTF-8).</summary>
/// <param name="Entries">Keys that are text.</param>
/// <param name="IsOrdinal">The order is ordinal too.</param>
/// <param name="Moment">Revision and history that it is of.</param>
internal sealed record EtcdRange(List<KvEntry> Entries, bool IsOrdinal, ResponseHeader Moment)
{
    /// <summary>Keys of one answer: large enough that asking costs little, small enough for the time of one call.</summary>
    private const int PageKeys = 10_000;

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
        var entries = new List<KvEntry>((int)page.Count);
        var ordinal = true;
        while (true)
        {
            // The next page is on its way while this one is decoded.
            var next = page.More ? PageAsync(client, what, new() { Key = After(page.Kvs[^1].Key), RangeEnd = end, Limit = PageKeys, Revision = moment.Revision }, cancellationToken) : null;
            foreach (var pair in page.Kvs)
            {
                ordinal &= pair.Key.Span.IndexOfAnyInRange(EtcdKeys.FirstUnordered, byte.MaxValue) < 0;
                if (EtcdKeys.Decode(pair.Key) is { } text)
                    entries.Add(new(text, pair.Value.Memory, (ulong)pair.ModRevision));
            }

            if (next is null)
                return new(entries, ordinal, moment);
            page = await next;
        }
    }

    private static async Task<RangeResponse> PageAsync(EtcdClient client, string what, RangeRequest request, CancellationToken cancellationToken) =>
        await client.CallAsync(new EtcdCall<RangeResponse>(what, Repeatable: true, async (invoker, options) => await new KV.KVClient(invoker).RangeAsync(request, options)), cancellationToken);

    private static ByteString After(ByteString key) => UnsafeByteOperations.UnsafeWrap((byte[])[.. key.Span, 0]);
}
