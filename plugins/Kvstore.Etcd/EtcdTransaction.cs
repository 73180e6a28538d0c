using Cilium.Framework.Errors;
using Etcdserverpb;
using Google.Protobuf;
using static Etcdserverpb.Compare.Types;

namespace Cilium.Framework.Kvstore.Etcd;

/// <summary>Puts a commit into one transaction of etcd.</summary>
internal static class EtcdTransaction
{
    /// <exception cref="CiliumException">Too many conditions, or a lease that is lost or not ours.</exception>
    public static TxnRequest Of(IReadOnlyList<KvCondition> conditions, IReadOnlyList<KvOperation> operations, EtcdKvstore store)
    {
        var transaction = new TxnRequest();
        foreach (var condition in conditions)
            transaction.Compare.AddRange(Compares(condition));
        if (transaction.Compare.Count > EtcdLimits.MostOperations)
            throw new CiliumException(ErrorKind.Invalid, $"kvstore etcd: a commit of {conditions.Count} conditions is not accepted. Accepted: at most {EtcdLimits.MostOperations}. Nothing was changed.");
        foreach (var operation in operations)
            transaction.Success.Add(Request(operation, store));
        return transaction;
    }

    private static IEnumerable<Compare> Compares(KvCondition condition)
    {
        switch (condition)
        {
            case KvCondition.KeyAbsent absent:
                return [Created(absent.Key, CompareResult.Equal)];
            case KvCondition.KeyExists exists:
                return [Created(exists.Key, CompareResult.Greater)];
            case KvCondition.RevisionEquals { Revision: 0 } never:
                // A key that does not exist compares as revision 0, but no key that exists has it.
                return [Created(never.Key, CompareResult.Greater), Created(never.Key, CompareResult.Equal)];
            case KvCondition.RevisionEquals equals:
                return [new() { Key = EtcdKeys.Encode(equals.Key), Target = CompareTarget.Mod, Result = CompareResult.Equal, ModRevision = unchecked((long)equals.Revision) }];
            case KvCondition.PrefixEmpty empty:
                var (key, end) = EtcdKeys.Range(empty.Prefix);
                return [new() { Key = key, RangeEnd = end, Target = CompareTarget.Create, Result = CompareResult.Equal, CreateRevision = 0 }];
            default:
                throw new ArgumentOutOfRangeException(nameof(condition), condition, "Accepted: KeyAbsent, KeyExists, RevisionEquals, PrefixEmpty.");
        }
    }

    private static Compare Created(string key, CompareResult result) => new() { Key = EtcdKeys.Encode(key), Target = CompareTarget.Create, Result = result, CreateRevision = 0 };

    private static RequestOp Request(KvOperation operation, EtcdKvstore store) => operation switch
    {
        KvOperation.Put put => new() { RequestPut = new() { Key = EtcdKeys.Encode(put.Key), Value = ByteString.CopyFrom(put.Value.Span), Lease = put.Lease is null ? 0 : LeaseOf(put, store) } },
        KvOperation.Delete delete => new() { RequestDeleteRange = new() { Key = EtcdKeys.Encode(delete.Key) } },
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "Accepted: Put, Delete."),
    };

    private static long LeaseOf(KvOperation.Put put, EtcdKvstore store)
    {
        if (put.Lease is not EtcdLease lease || lease.Store != store)
            throw new CiliumException(ErrorKind.Conflict, $"kvstore etcd: key {Excerpt.Of(put.Key)} cannot be written: its lease was granted by another store. Grant one from this store. Nothing was changed.");
        if (lease.Lost.IsCancellationRequested)
            throw new CiliumException(ErrorKind.Conflict, $"kvstore etcd: key {Excerpt.Of(put.Key)} cannot be written: its lease is lost. Grant another one. Nothing was changed.");
        return lease.Id;
    }
}
