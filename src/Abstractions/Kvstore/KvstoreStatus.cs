namespace Cilium.Framework.Kvstore;

/// <summary>How a store is doing, in words for an operator.</summary>
/// <param name="IsReachable">True when reads and writes work now.</param>
/// <param name="Message">Such as "embedded: /var/lib/cilium/kvstore.db, 412 keys, revision 1093".</param>
public sealed record KvstoreStatus(bool IsReachable, string Message);
