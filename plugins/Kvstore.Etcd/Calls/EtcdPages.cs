using Cilium.Framework.Errors;
using Etcdserverpb;
using Google.Protobuf;
using Mvccpb;

namespace Cilium.Framework.Kvstore.Etcd.Calls;

/// <summary>Everything below a prefix as of one moment, in etcd's order (bytes of UTF-8), answer by answer: the next one is under way while the reader is at work on one.</summary>
internal sealed class EtcdPages(EtcdClient client, string prefix)
{
    /// <summary>Keys of one answer. A server looks at every key that is left for each answer (3.4), so few; but reader and server take turns when there is only one.</summary>
    public const int PageKeys = 20_000;

    private Task<RangeResponse>? _next;

    /// <summary>That was the last answer.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Keys of all answers together; known with the first one.</summary>
    public int Count { get; private set; }

    /// <summary>Revision and history that it is of; known with the first answer.</summary>
    public ResponseHeader Moment { get; private set; } = new();

    /// <exception cref="CiliumException">It cannot be read, or its moment was forgotten meanwhile: begin anew.</exception>
    public async Task<IReadOnlyList<KeyValue>> NextAsync(CancellationToken cancellationToken)
    {
        var (key, end) = EtcdKeys.Range(prefix);
        var page = await (_next ?? AskAsync(new() { Key = key, RangeEnd = end, Limit = PageKeys }, cancellationToken));
        if (_next is null)
            (Moment, Count) = (page.Header, (int)page.Count);
        IsComplete = !page.More;
        if (page.More)
            _next = AskAsync(new() { Key = After(page.Kvs[^1].Key), RangeEnd = end, Limit = PageKeys, Revision = Moment.Revision }, cancellationToken);
        return page.Kvs;
    }

    private Task<RangeResponse> AskAsync(RangeRequest request, CancellationToken cancellationToken) => client.CallAsync(
        new EtcdCall<RangeResponse>($"the keys below \"{Excerpt.Of(prefix)}\" cannot be listed", Repeatable: true, async (invoker, options) => await new KV.KVClient(invoker).RangeAsync(request, options)),
        cancellationToken);

    private static ByteString After(ByteString key) => UnsafeByteOperations.UnsafeWrap((byte[])[.. key.Span, 0]);
}
