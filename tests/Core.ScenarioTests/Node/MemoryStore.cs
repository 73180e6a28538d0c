using System.Runtime.CompilerServices;
using Cilium.Framework.Core.Tests.Identities;
using Cilium.Framework.Errors;
using Cilium.Framework.Identities;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Tables;

namespace Cilium.Framework.Core.ScenarioTests.Node;

/// <summary>A key-value store without a disk, that can be told not to answer. Outlives the agent.</summary>
internal sealed class MemoryStore : IKvstore
{
    private readonly SortedDictionary<string, KvEntry> _entries = new(StringComparer.Ordinal);
    private readonly List<Wake> _watchers = [];
    private ulong _revision;
    private TaskCompletionSource? _silence;

    /// <summary>False: every call fails or hangs, and watches report nothing.</summary>
    public bool Answers { get; private set; } = true;

    public KvstoreCapabilities Capabilities => KvstoreCapabilities.NativePrefixEmpty;

    public KvstoreLimits Limits { get; } = new();

    /// <summary>Another node puts a value.</summary>
    public void Put(string key, ReadOnlyMemory<byte> value)
    {
        _entries[key] = new(key, value, ++_revision);
        Tell();
    }

    /// <summary>Another node removes a key.</summary>
    public void Remove(string key)
    {
        _entries.Remove(key);
        Collect();
        Tell();
    }

    public void SetAnswers(bool answers)
    {
        Answers = answers;
        var silence = _silence;
        _silence = null;
        silence?.SetResult();
        Tell();
    }

    /// <summary>No call returns until it answers again.</summary>
    public void Hang()
    {
        Answers = false;
        _silence ??= new();
    }

    public ValueTask StartAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<KvEntry?> GetAsync(string key, CancellationToken cancellationToken) => Answer(() => _entries.GetValueOrDefault(key), cancellationToken);

    public ValueTask<IReadOnlyList<KvEntry>> ListAsync(string prefix, CancellationToken cancellationToken) => Answer<IReadOnlyList<KvEntry>>(() => [.. Below(prefix)], cancellationToken);

    public ValueTask<KvCommitResult> CommitAsync(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, CancellationToken cancellationToken) => Answer(() =>
    {
        if (!conditions.All(Holds))
            return new KvCommitResult(false, _revision);
        _revision++;
        foreach (var operation in operations)
        {
            if (operation is KvOperation.Put put)
                _entries[put.Key] = new(put.Key, put.Value, _revision);
            else if (operation is KvOperation.Delete delete)
                _entries.Remove(delete.Key);
        }

        Collect();
        Tell();
        return new KvCommitResult(true, _revision);
    }, cancellationToken);

    public async IAsyncEnumerable<KvEvent> WatchAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var wake = new Wake();
        _watchers.Add(wake);
        var reported = new Dictionary<string, KvEntry>(StringComparer.Ordinal);
        var listed = false;
        while (true)
        {
            if (Answers)
            {
                foreach (var change in Changes(prefix, reported))
                    yield return change;
                if (!listed)
                    yield return new KvEvent(KvEventKind.ListDone, "", default, _revision);
                listed = true;
            }

            await wake.WaitAsync(cancellationToken);
        }
    }

    public ValueTask<IKvLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken) => Answer<IKvLease>(() => new TestLease(timeToLive), cancellationToken);

    public ValueTask<KvstoreStatus> GetStatusAsync(CancellationToken cancellationToken) => ValueTask.FromResult(new KvstoreStatus(Answers, ""));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private List<KvEvent> Changes(string prefix, Dictionary<string, KvEntry> reported)
    {
        var changes = new List<KvEvent>();
        foreach (var entry in Below(prefix))
        {
            var isKnown = reported.TryGetValue(entry.Key, out var before);
            if (before?.Revision != entry.Revision)
                changes.Add(new(isKnown ? KvEventKind.Modified : KvEventKind.Created, entry.Key, entry.Value, entry.Revision));
            reported[entry.Key] = entry;
        }

        foreach (var key in reported.Keys.Where(key => !_entries.ContainsKey(key)).ToList())
        {
            reported.Remove(key);
            changes.Add(new(KvEventKind.Deleted, key, default, _revision));
        }

        return changes;
    }

    private IEnumerable<KvEntry> Below(string prefix) => _entries.Values.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal));

    private bool Holds(KvCondition condition) => condition switch
    {
        KvCondition.KeyAbsent absent => !_entries.ContainsKey(absent.Key),
        KvCondition.KeyExists exists => _entries.ContainsKey(exists.Key),
        KvCondition.RevisionEquals equal => _entries.TryGetValue(equal.Key, out var entry) && entry.Revision == equal.Revision,
        KvCondition.PrefixEmpty empty => !Below(empty.Prefix).Any(),
        _ => throw new NotSupportedException(condition.ToString()),
    };

    private async ValueTask<T> Answer<T>(Func<T> work, CancellationToken cancellationToken)
    {
        while (_silence is { } silence)
            await silence.Task.WaitAsync(cancellationToken);
        return Answers ? work() : throw new CiliumException(ErrorKind.Unavailable, "the store does not answer");
    }

    /// <summary>Another node collects numbers as soon as nobody uses them: a node must be ready for it at any time.</summary>
    private void Collect()
    {
        foreach (var number in Below(IdentityKeys.Numbers).ToList())
        {
            if (IdentityKeys.Plain.ReadLabels(number.Value.Span) is { } labels && !Below(IdentityKeys.Plain.UsesOf(labels)).Any())
            {
                _entries.Remove(number.Key);
                var told = IdentityKeys.Collected + number.Key[IdentityKeys.Numbers.Length..];
                _entries[told] = new(told, ReadOnlyMemory<byte>.Empty, ++_revision);
            }
        }
    }

    private void Tell()
    {
        foreach (var wake in _watchers)
            wake.Set();
    }
}
