using System.Collections.Frozen;
using System.Collections.Immutable;
using Cilium.Framework.Labels;
using Cilium.Framework.Policies.Documents;
using Cilium.Framework.Policies.Rules;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Policies;

/// <summary>All imported policies at one revision. Immutable: a change gives a new repository.</summary>
public sealed record PolicyRepository
{
    /// <summary>No rules, at revision 1 (Cilium facts 9.2).</summary>
    public static readonly PolicyRepository Empty = new();

    private readonly Lazy<IReadOnlySet<IpPrefix>> _wanted = new(() => FrozenSet<IpPrefix>.Empty);

    /// <summary>Starts at 1; grows by one with every import of rules and every deletion that removed some (Cilium facts 9.2).</summary>
    public ulong Revision { get; private init; } = 1;

    internal ImmutableList<PolicyDocument> Documents
    {
        get;
        private init => (field, _wanted) = (value, new(() => PrefixesOf(value)));
    } = [];

    /// <summary>Number of the next section that is new.</summary>
    internal uint NextCookie { get; private init; } = RuleCookie.FirstRule;

    internal IEnumerable<PolicyRule> Rules => Documents.SelectMany(document => document.Rules);

    /// <summary>Prefixes that sections name, excepts included: each wants an identity of its own. The same set at every call.</summary>
    public IReadOnlySet<IpPrefix> WantedPrefixes() => _wanted.Value;

    /// <summary>The repository that was stored.</summary>
    internal static PolicyRepository Restore(ulong revision, uint nextCookie, IEnumerable<PolicyDocument> documents) =>
        new() { Revision = revision, NextCookie = nextCookie, Documents = [.. documents] };

    /// <summary>
    /// Adds policies; one of the same namespace and name is replaced, all at one revision. A section that says the same as before keeps its cookie, and a bare
    /// list that says the same is the one that is there. Without a rule nothing changes.
    /// </summary>
    internal PolicyRepository Import(IReadOnlyList<PolicyDocument> policies)
    {
        var imported = policies.Where(policy => policy.Rules.Count > 0).DistinctBy(policy => policy.Key).ToList();
        if (imported.Count == 0)
            return this;
        var keys = imported.Select(policy => policy.Key).ToHashSet();
        var replaced = Documents.Where(old => keys.Contains(old.Key)).ToLookup(old => old.Key);
        var cookies = new CookieBox(replaced.SelectMany(group => group).Where(old => old.Name is not null), NextCookie);
        var bare = 0;
        string NextBare() => $"rule {++bare} of revision {Revision + 1}";
        var added = imported.Select(policy => policy.Name is null && replaced[policy.Key].FirstOrDefault() is { } same
            ? same
            : policy with { Rules = [.. policy.Rules.Select(rule => Named(rule, policy.FullName ?? NextBare(), cookies))] }).ToList();
        return this with { Revision = Revision + 1, NextCookie = cookies.Next, Documents = Documents.RemoveAll(old => keys.Contains(old.Key)).AddRange(added) };
    }

    /// <summary>Removes rules that carry all labels.</summary>
    /// <param name="labels">Empty: all rules.</param>
    /// <param name="count">How many were removed; 0: nothing changed.</param>
    internal PolicyRepository Delete(LabelSet labels, out int count)
    {
        var kept = Documents.Select(document => (Before: document, After: document with { Rules = [.. document.Rules.Where(rule => !rule.Carries(labels))] })).ToList();
        count = kept.Sum(pair => pair.Before.Rules.Count - pair.After.Rules.Count);
        return count == 0 ? this : this with { Revision = Revision + 1, Documents = [.. kept.Select(pair => pair.After).Where(document => document.Rules.Count > 0)] };
    }

    /// <summary>Every section with its rule.</summary>
    internal IEnumerable<(PolicyRule Rule, RuleSection Section)> Sections() =>
        Rules.SelectMany(rule => rule.AllSections.Select(section => (rule, section)));

    private static HashSet<IpPrefix> PrefixesOf(IEnumerable<PolicyDocument> documents) => documents
        .SelectMany(document => document.Rules).SelectMany(rule => rule.AllSections)
        .SelectMany(section => section.Peers ?? []).OfType<PeerSelector.Cidr>()
        .SelectMany(cidr => cidr.Except.Prepend(cidr.Prefix)).ToHashSet();

    private static PolicyRule Named(PolicyRule rule, string origin, CookieBox cookies) => (rule with { Origin = origin }).WithSections(cookies.Give);

    /// <summary>Hands out the cookies of replaced sections to equal new ones, and new ones to the rest.</summary>
    private sealed class CookieBox(IEnumerable<PolicyDocument> replaced, uint next)
    {
        private readonly Dictionary<(string, string), RuleCookie> _old = replaced.SelectMany(document => document.Rules)
            .SelectMany(rule => rule.AllSections)
            .GroupBy(KeyOf).ToDictionary(group => group.Key, group => group.First().Cookie);

        public uint Next { get; private set; } = next;

        public RuleSection Give(RuleSection section) => section with { Cookie = _old.Remove(KeyOf(section), out var cookie) ? cookie : new RuleCookie(Next++) };

        // The direction is part of what a section says: the place begins with it or with its rule's.
        private static (string, string) KeyOf(RuleSection section) => (section.Place.Contains("egress", StringComparison.Ordinal) ? "egress" : "ingress", section.Text);
    }
}
