using System.Globalization;
using Cilium.Framework.Identities;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Fsck;

/// <summary>Numbers against uses: one label set, one number, and a key for every number in use.</summary>
internal static class IdentityCheck
{
    public static void Check(StoredNumbers numbers, IReadOnlyList<StoredUse> uses, IdentityKeys keys, List<KeySpaceFinding> findings)
    {
        // A use whose number means other labels says nothing about its own.
        var isForeign = uses.ToLookup(use => numbers.Believed.TryGetValue(use.Id, out var number) && !number.Labels.Equals(use.Labels));
        findings.AddRange(isForeign[true].Select(use => OtherLabels(use, numbers.Believed[use.Id].Labels)));
        var usesOf = isForeign[false].ToLookup(use => use.Labels);
        var numbersOf = numbers.Believed.Values.ToLookup(number => number.Labels);
        var claimed = isForeign[false].ToLookup(use => use.Id, use => use.Labels);
        foreach (var labels in numbersOf.Select(of => of.Key).Union(usesOf.Select(of => of.Key)).OrderBy(labels => labels.ToKey(), StringComparer.Ordinal))
        {
            var ranked = Rank([.. numbersOf[labels]], [.. usesOf[labels]]);
            if (ranked.Count > 1)
                findings.Add(Several(labels, ranked));
            if (ranked[0] is { Number: null } unkept)
                findings.Add(Missing(labels, unkept, numbers, [.. claimed[unkept.Id].Distinct()], keys));
            else if (ranked is [{ Number: { } idle, Uses.Count: 0 }])
                findings.Add(new(KeySpaceDefect.Unused, idle.Entry.Key, $"no node uses {labels}; it is collected in time."));
        }
    }

    /// <summary>Numbers of one label set: the one that is kept first. Most users, then one that has its key, then the lowest.</summary>
    private static List<Candidate> Rank(IReadOnlyCollection<StoredNumber> numbers, IReadOnlyCollection<StoredUse> uses) =>
    [
        .. numbers.Select(number => number.Id).Union(uses.Select(use => use.Id))
            .Select(id => new Candidate(id, numbers.FirstOrDefault(number => number.Id == id), [.. uses.Where(use => use.Id == id).OrderBy(use => use.Node, StringComparer.Ordinal)]))
            .OrderByDescending(candidate => candidate.Uses.Count).ThenBy(candidate => candidate.Number is null).ThenBy(candidate => candidate.Id),
    ];

    private static KeySpaceFinding Several(LabelSet labels, List<Candidate> ranked)
    {
        var (kept, others) = (ranked[0], ranked.Skip(1).ToList());
        var nodes = others.SelectMany(other => other.Uses).Select(use => KeySpaceFinding.Shown(use.Node)).ToList();
        var restart = nodes.Count == 0
            ? ""
            : $" Until they are restarted, with identities.json removed from their state directory, these nodes bring the other number back: {string.Join(", ", nodes)}.";
        var all = string.Join(", ", ranked.Select(candidate => string.Create(CultureInfo.InvariantCulture, $"{candidate.Id} ({candidate.Uses.Count} users)")));
        return new(
            ranked.Count(candidate => candidate.Uses.Count > 0) > 1 ? KeySpaceDefect.UsesDiffer : KeySpaceDefect.TwoNumbers,
            IdentityKeys.Number(others[0].Id),
            $"{labels} has several numbers: {all}. {kept.Id} is kept.{restart}",
            // A number goes after its uses: in between it is one that nobody uses.
            [.. others.SelectMany(other => other.Uses.Select(use => KeySpaceDeed.Remove(use.Entry, $": {KeySpaceFinding.Shown(use.Node)} has to take {kept.Id}")).Concat(
                other.Number is { } number ? [KeySpaceDeed.Remove(number.Entry, $": {kept.Id} is kept")] : []))]);
    }

    private static KeySpaceFinding Missing(LabelSet labels, Candidate unkept, StoredNumbers numbers, IReadOnlyCollection<LabelSet> claims, IdentityKeys keys)
    {
        var key = IdentityKeys.Number(unkept.Id);
        var nodes = string.Join(", ", unkept.Uses.Select(use => KeySpaceFinding.Shown(use.Node)));
        var text = $"the key is missing, and {nodes} use it for {labels}.";
        if (claims.Count > 1)
            return new(KeySpaceDefect.MissingNumber, key, $"{text} Others use it for other labels; remove the uses of all but one label set.");
        if (numbers.Present.Contains(unkept.Id))
            return new(KeySpaceDefect.MissingNumber, key, $"{nodes} use it for {labels}, and what is in it is not believed. Remove the key; it is written again.");
        var use = unkept.Uses[0].Entry;
        return new(KeySpaceDefect.MissingNumber, key, text, new KeySpaceDeed(
            $"wrote {key} for {labels}", [new KvCondition.KeyAbsent(key), new KvCondition.RevisionEquals(use.Key, use.Revision)], new KvOperation.Put(key, keys.Value(labels))));
    }

    private static KeySpaceFinding OtherLabels(StoredUse use, LabelSet meant)
    {
        var (own, other) = (use.Labels.ToKey(), meant.ToKey());
        var begins = other.StartsWith(own, StringComparison.Ordinal) || own.StartsWith(other, StringComparison.Ordinal) ? " One begins with the other: whoever wrote the use took the one for the other." : "";
        return new(
            KeySpaceDefect.OtherLabels, use.Entry.Key,
            $"names {use.Id}, which means {meant}, not {use.Labels}.{begins} Restart the agent of {KeySpaceFinding.Shown(use.Node)}, or remove the key if there is none.");
    }

    /// <param name="Id">The number.</param>
    /// <param name="Number">Its key; null: it has none that means the labels.</param>
    /// <param name="Uses">Who uses it for the labels.</param>
    private sealed record Candidate(NumericIdentity Id, StoredNumber? Number, IReadOnlyList<StoredUse> Uses);
}
