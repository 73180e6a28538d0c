namespace Cilium.Framework.Kvstore;

/// <summary>What must hold at the moment of a commit.</summary>
public abstract record KvCondition
{
    private KvCondition()
    {
    }

    /// <summary>The key does not exist.</summary>
    /// <param name="Key">The key.</param>
    public sealed record KeyAbsent(string Key) : KvCondition;

    /// <summary>The key exists.</summary>
    /// <param name="Key">The key.</param>
    public sealed record KeyExists(string Key) : KvCondition;

    /// <summary>The key exists and was last written at this revision.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="Revision">As read from an entry or event of this store.</param>
    public sealed record RevisionEquals(string Key, ulong Revision) : KvCondition;

    /// <summary>No key starts with the prefix.</summary>
    /// <param name="Prefix">Compared as text; end it with <c>/</c> to mean a folder.</param>
    public sealed record PrefixEmpty(string Prefix) : KvCondition;
}
