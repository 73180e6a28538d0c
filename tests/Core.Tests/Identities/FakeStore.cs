using System.Runtime.CompilerServices;
using Cilium.Framework.Identities;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Labels;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.Tests.Identities;

/// <summary>A store in memory that hangs or waits as told.</summary>
internal sealed class FakeStore : IKvstore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, KvEntry> _entries = new(StringComparer.Ordinal);
    private readonly Wake _changed = new();
    private ulong _revision;
    private int _calls;

    public KvstoreCapabilities Capabilities => KvstoreCapabilities.NativePrefixEmpty;

    public KvstoreLimits Limits { get; } = new();

    /// <summary>Asked before every call with its keys; the call goes on when it completes.</summary>
    public Func<string, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Asked after every commit, before it is acknowledged.</summary>
    public Func<string, Task> AfterCommit { get; set; } = _ => Task.CompletedTask;

    public int Calls => Volatile.Read(ref _calls);

    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_lock)
                return [.. _entries.Keys];
        }
    }

    /// <summary>Somebody else writes.</summary>
    public void Put(string key, string value)
    {
        lock (_lock)
            _entries[key] = new(key, System.Text.Encoding.UTF8.GetBytes(value), ++_revision);
        _changed.Set();
    }

    public void Number(uint id, string labels) => Put(IdentityKeys.Number(new(id)), LabelSet.Parse(labels.Split(',')).ToKey());

    public void Use(string labels, string node, string number) => Put(IdentityKeys.Plain.Use(LabelSet.Parse(labels.Split(',')), node), number);

    public void Remove(string key)
    {
        lock (_lock)
            _entries.Remove(key);
        _changed.Set();
    }

    public string? Value(string key)
    {
        lock (_lock)
            return _entries.TryGetValue(key, out var entry) ? System.Text.Encoding.UTF8.GetString(entry.Value.Span) : null;
    }

    public ValueTask StartAsync(CancellationToken cancellationToken) => default;

    public async ValueTask<KvEntry?> GetAsync(string key, CancellationToken cancellationToken)
    {
        await EnterAsync(key, cancellationToken);
        lock (_lock)
            return _entries.GetValueOrDefault(key);
    }

    public async ValueTask<IReadOnlyList<KvEntry>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        await EnterAsync(prefix, cancellationToken);
        lock (_lock)
            return [.. Below(prefix)];
    }

    public async ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken)
    {
        var keys = string.Join(' ', operations.Select(operation => operation.Key));
        await EnterAsync(keys, cancellationToken);
        KvCommitResult result;
        lock (_lock)
            result = Commit(conditions, operations);
        await AfterCommit(keys);
        _changed.Set();
        return result;
    }

    /// <summary>One watcher at a time.</summary>
    public async IAsyncEnumerable<KvEvent> WatchAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reported = new Dictionary<string, KvEntry>(StringComparer.Ordinal);
        for (var isFirst = true; ; isFirst = false)
        {
            var present = await ListAsync(prefix, cancellationToken);
            foreach (var entry in present.Where(entry => reported.GetValueOrDefault(entry.Key)?.Revision != entry.Revision))
                yield return new(reported.ContainsKey(entry.Key) ? KvEventKind.Modified : KvEventKind.Created, entry.Key, entry.Value, entry.Revision);
            foreach (var gone in reported.Keys.Except(present.Select(entry => entry.Key)))
                yield return new(KvEventKind.Deleted, gone, default, 0);
            reported = present.ToDictionary(entry => entry.Key);
            if (isFirst)
                yield return new(KvEventKind.ListDone, "", default, 0);
            await _changed.WaitAsync(cancellationToken);
        }
    }

    public ValueTask<IKvLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken) => new(new TestLease(timeToLive));

    public ValueTask<KvstoreStatus> GetStatusAsync(CancellationToken cancellationToken) => new(new KvstoreStatus(true, ""));

    public ValueTask DisposeAsync() => default;

    private async Task EnterAsync(string keys, CancellationToken ct)
    {
        Interlocked.Increment(ref _calls);
        await Before(keys, ct);
    }

    private KvCommitResult Commit(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations)
    {
        if (!conditions.All(Holds))
            return new(false, _revision);
        _revision++;
        foreach (var operation in operations)
        {
            if (operation is KvOperation.Put put)
                _entries[put.Key] = new(put.Key, put.Value, _revision);
            else
                _entries.Remove(operation.Key);
        }

        return new(true, _revision);
    }

    private bool Holds(KvCondition condition) => condition switch
    {
        KvCondition.KeyAbsent absent => !_entries.ContainsKey(absent.Key),
        KvCondition.KeyExists exists => _entries.ContainsKey(exists.Key),
        KvCondition.RevisionEquals equal => _entries.TryGetValue(equal.Key, out var entry) && entry.Revision == equal.Revision,
        KvCondition.PrefixEmpty empty => !Below(empty.Prefix).Any(),
        _ => throw new NotSupportedException(condition.ToString()),
    };

    private IEnumerable<KvEntry> Below(string prefix) => _entries.Values.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal));
}
