namespace Cilium.Framework.Kvstore.Embedded;

/// <summary>What a commit does to the file, inside of its transaction.</summary>
internal static class Commits
{
    public static bool Holds(KvDatabase database, KvCondition condition) => condition switch
    {
        KvCondition.KeyAbsent absent => database.Get(absent.Key) is null,
        KvCondition.KeyExists exists => database.Get(exists.Key) is not null,
        KvCondition.RevisionEquals equals => database.Get(equals.Key)?.Revision == equals.Revision,
        KvCondition.PrefixEmpty empty => database.IsPrefixEmpty(empty.Prefix),
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, "Accepted: KeyAbsent, KeyExists, RevisionEquals, PrefixEmpty."),
    };

    /// <summary>What a watch is told about it; null when nothing changed.</summary>
    public static KvEvent? Carry(KvDatabase database, KvOperation operation, ulong revision)
    {
        var existed = database.Get(operation.Key) is not null;
        switch (operation)
        {
            case KvOperation.Put put:
                var value = put.Value.ToArray();
                database.Put(put.Key, value, revision, (put.Lease as EmbeddedLease)?.Id);
                return new(existed ? KvEventKind.Modified : KvEventKind.Created, put.Key, value, revision);
            case KvOperation.Delete delete when existed:
                database.Delete(delete.Key);
                return new(KvEventKind.Deleted, delete.Key, default, revision);
            default:
                return null;
        }
    }
}
