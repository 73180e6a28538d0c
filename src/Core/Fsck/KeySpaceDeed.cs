using Cilium.Framework.Kvstore;

namespace Cilium.Framework.Fsck;

/// <summary>One commit that mends something, and holds only while the store is as it was read.</summary>
/// <param name="Text">What it does.</param>
/// <param name="Conditions">When.</param>
/// <param name="Operation">How.</param>
internal sealed record KeySpaceDeed(string Text, IReadOnlyList<KvCondition> Conditions, KvOperation Operation)
{
    /// <summary>Removes a key as it was read.</summary>
    public static KeySpaceDeed Remove(KvEntry entry, string why = "") =>
        new($"removed {KeySpaceFinding.Shown(entry.Key)}{why}", [new KvCondition.RevisionEquals(entry.Key, entry.Revision)], new KvOperation.Delete(entry.Key));
}
