namespace Cilium.Framework.Kvstore.Etcd;

/// <summary>What etcd accepts when it is told nothing else.</summary>
internal static class EtcdLimits
{
    /// <summary>Operations, and likewise conditions, of a transaction: etcd's --max-txn-ops.</summary>
    public const int MostOperations = 128;

    /// <summary>
    /// Of 1.5 MiB (etcd's --max-request-bytes) a commit with the most conditions needs up to 170 KiB for keys of conditions and for framing.
    /// The shortest lease is one and a half elections (etcd: minLeaseTTL). A change of leader begins every lease anew, so one may live twice its time.
    /// </summary>
    public static readonly KvstoreLimits Accepted = new()
    {
        MaxOperations = MostOperations,
        MaxKeyBytes = 1024,
        MaxValueBytes = 1024 * 1024,
        MaxCommitBytes = 1280 * 1024,
        MinTimeToLive = TimeSpan.FromSeconds(2),
        ExpiryFactor = 2,
    };
}
