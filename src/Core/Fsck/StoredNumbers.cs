using Cilium.Framework.Identities;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Fsck;

/// <summary>A number that can be believed.</summary>
internal sealed record StoredNumber(NumericIdentity Id, LabelSet Labels, KvEntry Entry);

/// <summary>The keys of numbers.</summary>
/// <param name="Believed">By number.</param>
/// <param name="Present">Every number that has a key, whatever is in it.</param>
internal sealed record StoredNumbers(IReadOnlyDictionary<NumericIdentity, StoredNumber> Believed, IReadOnlySet<NumericIdentity> Present)
{
    public static StoredNumbers Read(IEnumerable<KvEntry> entries, IdentityKeys keys, List<KeySpaceFinding> findings)
    {
        var (believed, present) = (new SortedDictionary<NumericIdentity, StoredNumber>(), new HashSet<NumericIdentity>());
        foreach (var entry in entries)
        {
            if (!IdentityKeys.TryReadNumber(entry.Key, out var id) || IdentityKeys.Number(id) != entry.Key)
            {
                findings.Add(new(KeySpaceDefect.Unreadable, entry.Key, "the key names no number. Accepted: a number without leading zeros.", KeySpaceDeed.Remove(entry)));
                continue;
            }

            present.Add(id);
            var labels = keys.ReadLabels(entry.Value.Span);
            var objection = AllocatedNumbers.Objection(id, labels);
            if (objection is null)
                believed.Add(id, new(id, labels!, entry));
            else if (labels is null)
                findings.Add(new(KeySpaceDefect.Unreadable, entry.Key, $"{objection}.", KeySpaceDeed.Remove(entry)));
            else
                findings.Add(new(KeySpaceDefect.NotAccepted, entry.Key, $"{objection}. No agent believes it; find out who wrote it, and remove it."));
        }

        return new(believed, present);
    }
}
