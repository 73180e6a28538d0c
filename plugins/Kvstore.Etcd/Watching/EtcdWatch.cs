using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Etcd.Calls;
using Etcdserverpb;

namespace Cilium.Framework.Kvstore.Etcd.Watching;

/// <summary>
/// Everything below a prefix, then its changes from the next revision on. After an interruption it goes on with the revision that it had reached;
/// when the server does not have that history (any more), it compares with everything as it is now.
/// </summary>
internal sealed class EtcdWatch(EtcdClient client, string prefix) : IAsyncDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromSeconds(2);

    private readonly KnownKeys _known = new();
    private EtcdPages? _list;
    private WatchStream? _stream;
    private ResponseHeader _seen = new();
    private long _next;
    private bool _listed;
    private bool _inFragment;
    private TimeSpan _pause = ShortestPause;
    private string? _cause;

    /// <returns>What comes next; the reader takes all of it before it asks again.</returns>
    public async ValueTask<IEnumerable<KvEvent>> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var changes = _listed ? await ReadAsync(cancellationToken) : await ListAsync(cancellationToken);
                (_pause, _cause) = (ShortestPause, null);
                if (changes is not List<KvEvent> { Count: 0 })
                    return changes;
            }
            catch (CiliumException error)
            {
                await InterruptedAsync(error.Message, cancellationToken);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private async Task<IEnumerable<KvEvent>> ListAsync(CancellationToken cancellationToken)
    {
        if (_list is null)
        {
            _list = new(client, prefix);
            _known.BeginList();
        }

        var page = await _list.NextAsync(cancellationToken);
        _known.Expect(_list.Count);
        var news = _known.Compare(page);
        if (!_list.IsComplete)
            return news;
        (_seen, _next, _listed, _inFragment, _list) = (_list.Moment, _list.Moment.Revision + 1, true, false, null);
        return news.Concat(_known.EndList((ulong)_seen.Revision));
    }

    private async Task<IEnumerable<KvEvent>> ReadAsync(CancellationToken cancellationToken)
    {
        if (_stream is null)
        {
            _stream = await OpenAsync(cancellationToken);
            // One member may lag behind; all of them together do not.
            if (!IsSameHistory(_stream.Opened) && !IsSameHistory(await NowAsync(cancellationToken)))
                return ListAgain("the server does not have the history that was told; it was restored or began anew");
        }

        var response = await _stream.ReadAsync(cancellationToken);
        if (response.CompactRevision > 0)
            return ListAgain($"revision {_next} was compacted, the oldest is {response.CompactRevision}");
        if (response.Events.Count > 0)
        {
            // The rest of a revision may come in the next fragment: until then it is asked for again.
            _inFragment = response.Fragment;
            _next = response.Events[^1].Kv.ModRevision + (_inFragment ? 0 : 1);
        }
        else if (!response.Created && !_inFragment)
        {
            // Nothing happened up to there, so there is nothing that a compaction could take.
            _next = Math.Max(_next, response.Header.Revision + 1);
        }

        return _known.Apply(response.Events);
    }

    private Task<WatchStream> OpenAsync(CancellationToken cancellationToken)
    {
        var (key, end) = EtcdKeys.Range(prefix);
        return WatchStream.OpenAsync(client, new() { Key = key, RangeEnd = end, StartRevision = _next, Fragment = true, ProgressNotify = true }, cancellationToken);
    }

    // A server without our history would keep silent until its revisions have caught up with ours.
    private bool IsSameHistory(ResponseHeader now) => now.ClusterId == _seen.ClusterId && now.RaftTerm >= _seen.RaftTerm && now.Revision >= _next - 1;

    private async Task<ResponseHeader> NowAsync(CancellationToken cancellationToken)
    {
        var (key, end) = EtcdKeys.Range(prefix);
        var request = new RangeRequest { Key = key, RangeEnd = end, Limit = 1, KeysOnly = true };
        var answer = await client.CallAsync(
            new EtcdCall<RangeResponse>("the watch cannot go on", Repeatable: true, async (invoker, options) => await new KV.KVClient(invoker).RangeAsync(request, options)), cancellationToken);
        return answer.Header;
    }

    private List<KvEvent> ListAgain(string cause)
    {
        EtcdLog.Relisting(client.Logger, prefix, cause);
        Close();
        _listed = false;
        return [];
    }

    private async Task InterruptedAsync(string cause, CancellationToken cancellationToken)
    {
        if (cause != _cause)
            EtcdLog.WatchInterrupted(client.Logger, prefix, cause);
        _cause = cause;
        Close();
        // Nothing tells when a server that refused can be asked again: it is asked after pauses that grow, and not by all nodes at once when it comes back.
        await Task.Delay(_pause * (0.5 + Random.Shared.NextDouble()), client.Time, cancellationToken);
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
    }

    // A list that was interrupted is of a moment that may be gone: it begins anew.
    private void Close()
    {
        _stream?.Dispose();
        (_stream, _list) = (null, null);
    }
}
