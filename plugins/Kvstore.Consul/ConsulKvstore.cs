using System.Runtime.CompilerServices;
using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Consul.Commits;
using Cilium.Framework.Kvstore.Consul.Http;
using Cilium.Framework.Kvstore.Consul.Leases;
using Cilium.Framework.Kvstore.Consul.Watches;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Kvstore.Consul;

/// <summary>A store in the servers of Consul. Revisions are the numbers of writes in their log.</summary>
internal sealed class ConsulKvstore : IKvstore
{
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConsulHttp _http;
    private readonly Reader _reader;
    private readonly Pulse _pulse;
    private int _disposed;

    public ConsulKvstore(ConsulSettings settings, TimeProvider time, ILogger logger)
    {
        (_time, _logger, _http) = (time, logger, new(settings, time));
        (_reader, _pulse) = (new(_http), new(_http, time));
    }

    public KvstoreCapabilities Capabilities => KvstoreCapabilities.Shared | KvstoreCapabilities.EncodedLabelKeys;

    /// <summary>A session that nobody renews lives for up to twice its time (measured; Consul's documentation promises no less).</summary>
    public KvstoreLimits Limits { get; } = new() { ExpiryFactor = 2 };

    public ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _pulse.Start();
        return default;
    }

    public async ValueTask<KvEntry?> GetAsync(string key, CancellationToken cancellationToken)
    {
        Check(key);
        return (await _reader.GetAsync(key, cancellationToken))?.ToEntry();
    }

    public async ValueTask<IReadOnlyList<KvEntry>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var entries = (await _reader.ListAsync(prefix, cancellationToken)).Pairs.Select(pair => pair.ToEntry()).ToArray();
        Array.Sort(entries, (a, b) => string.CompareOrdinal(a.Key, b.Key));
        return entries;
    }

    public async ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
    {
        Limits.Check("consul", conditions, operations);
        foreach (var operation in operations)
            Check(operation.Key);
        return await new Committer(_http, _reader).CommitAsync(conditions, operations, cancellationToken);
    }

    public async IAsyncEnumerable<KvEvent> WatchAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var source = new ListSource(_http, _reader, _pulse, _time, _logger, prefix);
        var snapshot = new Snapshot();
        var listed = false;
        // The next list is asked for when this one was read: a slow reader skips states and keeps nothing waiting.
        while (await source.NextAsync(cancellationToken) is { } list)
        {
            foreach (var change in snapshot.Take(list.Pairs, list.Index))
                yield return change;
            if (!listed)
                yield return new(KvEventKind.ListDone, "", default, list.Index);
            listed = true;
        }
    }

    public async ValueTask<IKvLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeToLive, TimeSpan.Zero);
        return await new Grants(_http, _time).GrantAsync(Limits.Granted(timeToLive), cancellationToken);
    }

    public async ValueTask<KvstoreStatus> GetStatusAsync(CancellationToken cancellationToken) => await new ConsulStatus(_http).ReadAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _http.Dispose();
        await _pulse.DisposeAsync();
    }

    private void Check(string key)
    {
        Limits.CheckKey("consul", key);
        if (PrivateKeys.Contain(key))
            throw new CiliumException(ErrorKind.Invalid, $"kvstore consul: key \"{Excerpt.Of(key)}\" is not accepted: the plugin keeps keys below {PrivateKeys.Prefix} for itself. Nothing was changed.");
    }
}
