using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Conformance.References;

/// <summary>Keys and watches that several <see cref="MemoryKvstore"/> share.</summary>
public sealed class MemoryKvstoreContent
{
    /// <summary>Content by the clock of the machine.</summary>
    public MemoryKvstoreContent()
        : this(TimeProvider.System)
    {
    }

    /// <summary>Content whose leases run out by another clock.</summary>
    /// <param name="time">The clock.</param>
    public MemoryKvstoreContent(TimeProvider time) => (Time, Connection) = (time, new(this));

    internal static KvstoreLimits Limits { get; } = new() { MinTimeToLive = TimeSpan.FromSeconds(1) };

    internal TimeProvider Time { get; }

    internal MemoryConnection Connection { get; }

    internal ulong Revision { get; private set; }

    internal Lock Sync { get; } = new();

    internal SortedDictionary<string, KvEntry> Keys { get; } = new(StringComparer.Ordinal);

    internal HashSet<MemoryWatch> Watches { get; } = [];

    /// <summary>The lease that each key has, if any.</summary>
    internal Dictionary<string, MemoryLease> Leased { get; } = new(StringComparer.Ordinal);

    internal IEnumerable<KvEntry> Below(string prefix) => Keys.Values.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal));

    internal KvCommitResult Commit(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations)
    {
        if (operations.OfType<KvOperation.Put>().FirstOrDefault(put => put.Lease is { } lease && (lease as MemoryLease)?.IsOf(this) != true) is { } lost)
            throw new CiliumException(ErrorKind.Conflict, $"kvstore memory: the lease of key \"{Excerpt.Of(lost.Key)}\" is lost. Nothing was changed. Grant another and write its keys again.");
        if (!conditions.All(Holds))
            return new(false, 0);
        Revision++;
        foreach (var operation in operations)
            Carry(operation);
        return new(true, Revision);
    }

    /// <summary>Removes the keys of a lease that has ended.</summary>
    internal void End(MemoryLease lease)
    {
        Connection.Release(lease);
        Revision++;
        foreach (var key in Leased.Where(pair => pair.Value == lease).Select(pair => pair.Key).ToList())
            Carry(new KvOperation.Delete(key));
    }

    private bool Holds(KvCondition condition) => condition switch
    {
        KvCondition.KeyAbsent absent => !Keys.ContainsKey(absent.Key),
        KvCondition.KeyExists exists => Keys.ContainsKey(exists.Key),
        KvCondition.RevisionEquals equals => Keys.GetValueOrDefault(equals.Key)?.Revision == equals.Revision,
        KvCondition.PrefixEmpty empty => !Below(empty.Prefix).Any(),
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, "Accepted: KeyAbsent, KeyExists, RevisionEquals, PrefixEmpty."),
    };

    private void Carry(KvOperation operation)
    {
        if (operation is KvOperation.Put put)
        {
            var entry = new KvEntry(put.Key, put.Value.ToArray(), Revision);
            var kind = Keys.ContainsKey(put.Key) ? KvEventKind.Modified : KvEventKind.Created;
            Keys[put.Key] = entry;
            if (put.Lease is MemoryLease lease)
                Leased[put.Key] = lease;
            else
                Leased.Remove(put.Key);
            Tell(new(kind, put.Key, entry.Value, Revision));
        }
        else if (operation is KvOperation.Delete delete && Keys.Remove(delete.Key))
        {
            Leased.Remove(delete.Key);
            Tell(new(KvEventKind.Deleted, delete.Key, default, Revision));
        }
    }

    private void Tell(KvEvent happened)
    {
        Connection.Note(happened);
        foreach (var watch in Watches)
            watch.Tell(happened);
    }
}
