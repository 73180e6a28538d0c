namespace Cilium.Framework.Kvstore;

/// <summary>What a watch reports.</summary>
public enum KvEventKind
{
    /// <summary>The key exists now and did not before, as far as this watch has reported.</summary>
    Created,

    /// <summary>The key has another value.</summary>
    Modified,

    /// <summary>The key is gone.</summary>
    Deleted,

    /// <summary>Everything that existed when the watch began has been reported. Comes exactly once.</summary>
    ListDone,
}
