using System.Runtime.CompilerServices;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Etcd.Calls;
using Cilium.Framework.Kvstore.Etcd.Failures;
using Cilium.Framework.Kvstore.Etcd.Watching;
using Etcdserverpb;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Kvstore.Etcd;

/// <summary>A store in a cluster of etcd. Every reading is linearizable, every commit one transaction; revisions are etcd's.</summary>
internal sealed class EtcdKvstore : IKvstore
{
    private readonly EtcdClient _client;
    private readonly EtcdStatus _status;
    private Task _greeting = Task.CompletedTask;

    /// <param name="interceptor">Sees every call; for tests.</param>
    public EtcdKvstore(EtcdSettings settings, TimeProvider time, ILoggerFactory loggers, Interceptor? interceptor = null)
    {
        _client = new(settings, time, loggers.CreateLogger("kvstore.etcd"), interceptor);
        _status = new(_client, settings);
    }

    public KvstoreCapabilities Capabilities => KvstoreCapabilities.EveryRevision | KvstoreCapabilities.Shared | KvstoreCapabilities.NativePrefixEmpty;

    public KvstoreLimits Limits => EtcdLimits.Accepted;

    public ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _greeting = GreetAsync();
        return ValueTask.CompletedTask;
    }

    public async ValueTask<KvEntry?> GetAsync(string key, CancellationToken cancellationToken)
    {
        Limits.CheckKey("etcd", key);
        var request = new RangeRequest { Key = EtcdKeys.Encode(key) };
        var answer = await _client.CallAsync(
            new EtcdCall<RangeResponse>($"key {Excerpt.Of(key)} cannot be read", Repeatable: true, async (invoker, options) => await new KV.KVClient(invoker).RangeAsync(request, options)),
            cancellationToken);
        return answer.Kvs is [var pair] ? new(key, pair.Value.Memory, (ulong)pair.ModRevision) : null;
    }

    public async ValueTask<IReadOnlyList<KvEntry>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        await EtcdList.ReadAsync(_client, prefix, cancellationToken);

    public async ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
    {
        Limits.Check("etcd", conditions, operations);
        var request = EtcdTransaction.Of(conditions, operations, this);
        var what = operations.Count == 1 ? $"key {Excerpt.Of(operations[0].Key)} cannot be written" : $"{operations.Count} keys ({Excerpt.Of(operations[0].Key)}, ...) cannot be written";
        try
        {
            var answer = await _client.CallAsync(
                new EtcdCall<TxnResponse>(what, Repeatable: false, async (invoker, options) => await new KV.KVClient(invoker).TxnAsync(request, options)), cancellationToken);
            return answer.Succeeded ? new(true, (ulong)answer.Header.Revision) : new(false, 0);
        }
        catch (LeaseGoneException)
        {
            // Which of them it is, the server does not say: each one asks for itself.
            foreach (var lease in operations.OfType<KvOperation.Put>().Select(put => put.Lease).OfType<EtcdLease>().Distinct())
                lease.Doubt();
            throw;
        }
    }

    public async IAsyncEnumerable<KvEvent> WatchAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _client.Closed);
        await using var watch = new EtcdWatch(_client, prefix);
        while (await NextAsync(watch, either.Token, cancellationToken) is { } changes)
        {
            foreach (var change in changes)
                yield return change;
        }
    }

    public async ValueTask<IKvLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeToLive, TimeSpan.Zero);
        return await EtcdLease.GrantAsync(this, _client, Limits.Granted(timeToLive), cancellationToken);
    }

    public ValueTask<KvstoreStatus> GetStatusAsync(CancellationToken cancellationToken) => _status.GetAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _client.Close();
        await _greeting;
        _client.Dispose();
    }

    /// <returns>Null: the store is closed.</returns>
    private async ValueTask<IEnumerable<KvEvent>?> NextAsync(EtcdWatch watch, CancellationToken either, CancellationToken cancellationToken)
    {
        try
        {
            return await watch.NextAsync(either);
        }
        catch (Exception error) when (error is OperationCanceledException or CiliumException or ObjectDisposedException && _client.Closed.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
        catch (OperationCanceledException)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    // So that the first call finds a connection, or the log the cause.
    private async Task GreetAsync()
    {
        if (await _status.GetAsync(_client.Closed) is { IsReachable: false } status && !_client.Closed.IsCancellationRequested)
            EtcdLog.NotReached(_client.Logger, status.Message);
    }
}
