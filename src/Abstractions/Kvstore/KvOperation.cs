namespace Cilium.Framework.Kvstore;

/// <summary>One write of a commit.</summary>
public abstract record KvOperation
{
    private KvOperation(string key) => Key = key;

    /// <summary>The key that is written.</summary>
    public string Key { get; }

    /// <summary>Creates or replaces a key.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="Value">The store copies it: what the caller does with its buffer after the commit changes nothing.</param>
    /// <param name="Lease">The key vanishes with this lease of the same store; it leaves the one that it had. Null: it stays until it is deleted.</param>
    public sealed record Put(string Key, ReadOnlyMemory<byte> Value, IKvLease? Lease = null) : KvOperation(Key);

    /// <summary>Removes a key; success when it does not exist.</summary>
    /// <param name="Key">The key.</param>
    public sealed record Delete(string Key) : KvOperation(Key);
}
