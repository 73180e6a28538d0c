using Etcdserverpb;
using Google.Protobuf;
using Grpc.Net.Client;

namespace Cilium.Framework.Kvstore.Bench.Raw;

/// <summary>The server through its generated stubs, without any code of ours: no deadline, no header, no second attempt.</summary>
internal sealed class RawEtcd : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly KV.KVClient _calls;

    public RawEtcd(Uri server)
    {
        // The list of 100,000 keys is larger than the 4 MB that are usual.
        _channel = GrpcChannel.ForAddress(server, new() { MaxReceiveMessageSize = null, HttpHandler = new SocketsHttpHandler { UseProxy = false }, DisposeHttpClient = true });
        _calls = new(_channel);
    }

    /// <summary>One transaction without conditions.</summary>
    public async Task PutAsync(IEnumerable<(string Key, byte[] Value)> pairs)
    {
        var transaction = new TxnRequest();
        foreach (var (key, value) in pairs)
            transaction.Success.Add(new RequestOp { RequestPut = new() { Key = ByteString.CopyFromUtf8(key), Value = UnsafeByteOperations.UnsafeWrap(value) } });
        if (!(await _calls.TxnAsync(transaction)).Succeeded)
            throw new InvalidOperationException("A transaction without conditions did not succeed.");
    }

    /// <summary>Everything below a folder, in answers of at most so many keys.</summary>
    /// <returns>How many keys there are.</returns>
    public async Task<int> ListAsync(string folder, int pageKeys)
    {
        var end = ByteString.CopyFromUtf8(folder[..^1] + (char)(folder[^1] + 1));
        var page = await _calls.RangeAsync(new() { Key = ByteString.CopyFromUtf8(folder), RangeEnd = end, Limit = pageKeys });
        var (count, moment) = (page.Kvs.Count, page.Header.Revision);
        while (page.More)
        {
            page = await _calls.RangeAsync(new() { Key = ByteString.CopyFrom([.. page.Kvs[^1].Key.Span, 0]), RangeEnd = end, Limit = pageKeys, Revision = moment });
            count += page.Kvs.Count;
        }

        return count;
    }

    public void Dispose() => _channel.Dispose();
}
