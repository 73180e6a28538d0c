using Cilium.Framework.Identities;
using Cilium.Framework.IpCache;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Nodes;

namespace Cilium.Framework.Fsck;

/// <summary>Judges the keys that nodes share: entries in, findings out.</summary>
internal static class KeySpaceCheck
{
    /// <summary>What has to be read.</summary>
    public static readonly IReadOnlyList<string> Folders = [IdentityKeys.Numbers, IdentityKeys.Uses, NodeKey.Folder, StoredIpRow.Folder];

    /// <summary>What is wrong, identities first, ordered by key within each kind.</summary>
    /// <param name="entries">All keys of <see cref="Folders"/>, as of about one moment; others are ignored.</param>
    /// <param name="keys">How the store's keys are written.</param>
    public static IReadOnlyList<KeySpaceFinding> Check(IEnumerable<KvEntry> entries, IdentityKeys keys)
    {
        var byFolder = entries.ToLookup(entry => Folders.FirstOrDefault(folder => entry.Key.StartsWith(folder, StringComparison.Ordinal)) ?? "");
        var findings = new List<KeySpaceFinding>();
        var numbers = StoredNumbers.Read(byFolder[IdentityKeys.Numbers], keys, findings);
        var uses = StoredUses.Read(byFolder[IdentityKeys.Uses], keys, findings);
        IdentityCheck.Check(numbers, uses, keys, findings);
        AddressCheck.CheckNodes(byFolder[NodeKey.Folder], findings);
        AddressCheck.CheckAddresses(byFolder[StoredIpRow.Folder], findings);
        return findings;
    }
}
