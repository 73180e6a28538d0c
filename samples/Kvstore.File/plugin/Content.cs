using System.Threading.Channels;
using Cilium.Framework.Kvstore;

namespace Example.FileStore;

/// <summary>The keys, and who watches them. Used under the store's lock.</summary>
internal sealed class Content
{
    private readonly SortedDictionary<string, KvEntry> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Term> _leased = [];
    private readonly Dictionary<Channel<KvEvent>, string> _watches = [];

    public ulong Revision { get; private set; }

    public int Count => _keys.Count;

    public KvEntry? Get(string key) => _keys.GetValueOrDefault(key);

    public IEnumerable<KvEntry> List(string prefix) => _keys.Values.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Every lease that has keys.</summary>
    public IReadOnlyList<Term> Leases => [.. _leased.Values.Distinct()];

    public IReadOnlyList<string> KeysOf(Term lease) => [.. _leased.Where(pair => pair.Value == lease).Select(pair => pair.Key)];

    public bool Holds(KvCondition condition) => condition switch
    {
        KvCondition.KeyAbsent absent => !_keys.ContainsKey(absent.Key),
        KvCondition.KeyExists exists => _keys.ContainsKey(exists.Key),
        KvCondition.RevisionEquals equals => Get(equals.Key)?.Revision == equals.Revision,
        KvCondition.PrefixEmpty empty => !List(empty.Prefix).Any(),
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, "Accepted: KeyAbsent, KeyExists, RevisionEquals, PrefixEmpty."),
    };

    public void Apply(Record record)
    {
        Revision = record.Revision;
        foreach (var (key, value) in record.Put)
        {
            var kind = _keys.ContainsKey(key) ? KvEventKind.Modified : KvEventKind.Created;
            _keys[key] = new(key, value.Bytes, Revision);
            // The lease of the last write is the only one that a key has.
            _leased.Remove(key);
            if (value.Lease is not null)
                _leased[key] = value.Lease;
            Tell(new(kind, key, value.Bytes, Revision));
        }

        foreach (var key in record.Delete.Where(key => _keys.Remove(key)))
        {
            _leased.Remove(key);
            Tell(new(KvEventKind.Deleted, key, default, Revision));
        }
    }

    /// <summary>The shortest journal that gives these keys: a line for each revision that still has keys, and the last revision, which must never come again.</summary>
    public IEnumerable<Record> Snapshot() =>
    [
        .. _keys.Values.GroupBy(entry => entry.Revision).OrderBy(group => group.Key)
            .Select(group => new Record(group.Key, group.ToDictionary(entry => entry.Key, entry => new Value(entry.Value.ToArray(), _leased.GetValueOrDefault(entry.Key))), [])),
        new Record(Revision, new Dictionary<string, Value>(), []),
    ];

    /// <summary>What exists and the end of the list; changes follow. Without a bound: a slow reader delays nobody and misses nothing.</summary>
    public Channel<KvEvent> Watch(string prefix)
    {
        var watch = Channel.CreateUnbounded<KvEvent>();
        foreach (var entry in List(prefix))
            watch.Writer.TryWrite(new(KvEventKind.Created, entry.Key, entry.Value, entry.Revision));
        watch.Writer.TryWrite(new(KvEventKind.ListDone, "", default, Revision));
        _watches.Add(watch, prefix);
        return watch;
    }

    public void Unwatch(Channel<KvEvent> watch) => _watches.Remove(watch);

    public void EndWatches()
    {
        foreach (var watch in _watches.Keys)
            watch.Writer.TryComplete();
    }

    private void Tell(KvEvent happened)
    {
        foreach (var (watch, prefix) in _watches)
        {
            if (happened.Key.StartsWith(prefix, StringComparison.Ordinal))
                watch.Writer.TryWrite(happened);
        }
    }
}
