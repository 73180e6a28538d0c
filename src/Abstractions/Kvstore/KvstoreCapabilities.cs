namespace Cilium.Framework.Kvstore;

/// <summary>What a store promises beyond the contract. Every claim and every non-claim is tested by the conformance kit.</summary>
[Flags]
public enum KvstoreCapabilities
{
    /// <summary>The contract, nothing more.</summary>
    None = 0,

    /// <summary>A watch reports every intermediate revision of a key, never coalescing two changes into one, but over an outage that outlasts what the store remembers.</summary>
    EveryRevision = 1,

    /// <summary>Several nodes see the same content.</summary>
    Shared = 2,

    /// <summary><see cref="KvCondition.PrefixEmpty"/> is judged by the store itself, without a lock inside the plugin.</summary>
    NativePrefixEmpty = 4,

    /// <summary>
    /// Whoever else shares the store (other releases of Cilium) writes label sets inside keys as base64url, not as they are (Cilium facts 9.4). The store itself takes any text.
    /// </summary>
    EncodedLabelKeys = 8,
}
