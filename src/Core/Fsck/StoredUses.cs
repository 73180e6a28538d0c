using Cilium.Framework.Identities;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Fsck;

/// <summary>A node says that it uses a number for a label set.</summary>
internal sealed record StoredUse(LabelSet Labels, string Node, NumericIdentity Id, KvEntry Entry);

/// <summary>Reads the keys of uses. The node is behind the last slash: labels may have slashes, and a label set may begin with another one.</summary>
internal static class StoredUses
{
    public static IReadOnlyList<StoredUse> Read(IEnumerable<KvEntry> entries, IdentityKeys keys, List<KeySpaceFinding> findings)
    {
        var uses = new List<StoredUse>();
        foreach (var entry in entries)
        {
            if (!IdentityKeys.TryReadUse(entry.Key, out var text, out var node) || keys.ReadLabels(text) is not { } labels)
                findings.Add(new(KeySpaceDefect.Unreadable, entry.Key, "the key names no label set with a node. Accepted: LABELS/NODE.", KeySpaceDeed.Remove(entry)));
            else if (IdentityKeys.ReadNumber(entry.Value.Span) is not { } id)
                findings.Add(new(KeySpaceDefect.Unreadable, entry.Key, $"its value is no number. Node {KeySpaceFinding.Shown(node)} writes it again if it lives.", KeySpaceDeed.Remove(entry)));
            else if (Objection(id, labels, text, keys) is { } objection)
                findings.Add(new(KeySpaceDefect.NotAccepted, entry.Key, $"{objection}. No agent believes it; find out who wrote it, and remove it."));
            else
                uses.Add(new(labels, node, id, entry));
        }

        return uses;
    }

    private static string? Objection(NumericIdentity id, LabelSet labels, string text, IdentityKeys keys) =>
        AllocatedNumbers.Objection(id, labels) ?? (keys.LabelsOf(labels) == text ? null : $"the label set is not written as nodes write it. Accepted: {KeySpaceFinding.Shown(keys.LabelsOf(labels))}");
}
