using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore.Consul.Leases;
using Cilium.Framework.Kvstore.Consul.Model;

namespace Cilium.Framework.Kvstore.Consul.Commits;

/// <summary>Puts conditions and operations of the contract into steps of a transaction.</summary>
internal static class Steps
{
    public static IEnumerable<TxnKv> Of(KvCondition condition) => condition switch
    {
        KvCondition.KeyAbsent absent => [TxnKv.CheckNotExists(absent.Key)],
        KvCondition.KeyExists exists => [TxnKv.Get(exists.Key)],
        KvCondition.RevisionEquals equals => [TxnKv.CheckIndex(equals.Key, equals.Revision)],
        KvCondition.PrefixEmpty => [],
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, "Accepted: KeyAbsent, KeyExists, RevisionEquals, PrefixEmpty."),
    };

    /// <summary>Right whatever the key is at the moment; a key that is written takes two steps, because none at once replaces the session that it may have.</summary>
    public static IEnumerable<TxnKv> Blindly(KvOperation operation) => operation switch
    {
        KvOperation.Put { Lease: null } put => [TxnKv.Delete(put.Key), TxnKv.Set(put.Key, put.Value)],
        KvOperation.Put put => [TxnKv.Delete(put.Key), TxnKv.Lock(put.Key, SessionOf(put), put.Value)],
        _ => [TxnKv.Delete(operation.Key)],
    };

    /// <summary>Fails when the key is no longer what it was. One step; two when the key goes over from one session to another.</summary>
    public static IEnumerable<TxnKv> Knowing(KvOperation operation, KvPair? now) => operation switch
    {
        KvOperation.Put { Lease: null } put when now?.Session is { Length: > 0 } session => [TxnKv.Unlock(put.Key, session, put.Value)],
        KvOperation.Put { Lease: null } put => [TxnKv.Cas(put.Key, now?.ModifyIndex ?? 0, put.Value)],
        KvOperation.Put put when now?.Session is { Length: > 0 } session && session != SessionOf(put) => Blindly(put),
        KvOperation.Put put => [TxnKv.Lock(put.Key, SessionOf(put), put.Value)],
        _ => [TxnKv.Delete(operation.Key)],
    };

    private static string SessionOf(KvOperation.Put put) => put.Lease is ConsulLease lease
        ? lease.Session
        : throw new CiliumException(ErrorKind.Invalid, $"kvstore consul: the lease of key \"{Excerpt.Of(put.Key)}\" is of another store. Nothing was changed.");
}
