namespace Cilium.Framework.Kvstore;

/// <summary>One write of a commit.</summary>
public abstract record KvOperation
{
    private KvOperation()
    {
    }

    /// <summary>Creates or replaces a key.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="Value">At most 512 KiB. The store copies it: what the caller does with its buffer after the commit changes nothing.</param>
    public sealed record Put(string Key, ReadOnlyMemory<byte> Value) : KvOperation;

    /// <summary>Removes a key; success when it does not exist.</summary>
    /// <param name="Key">The key.</param>
    public sealed record Delete(string Key) : KvOperation;
}
