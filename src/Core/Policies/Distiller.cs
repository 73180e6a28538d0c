using Cilium.Framework.Configuration;
using Cilium.Framework.Identities;
using Cilium.Framework.Policies.Rules;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Policies;

/// <summary>Rules and identities -> what one subject may receive and send, entry by entry.</summary>
/// <param name="rules">All rules.</param>
/// <param name="selections">Which identities each selector selects.</param>
/// <param name="enforcement">When a direction is enforced.</param>
/// <param name="allowHost">The node reaches its endpoints without a rule.</param>
internal sealed class Distiller(IReadOnlyList<PolicyRule> rules, Selections selections, PolicyEnforcement enforcement, bool allowHost)
{
    /// <summary>The policy of an identity.</summary>
    public PolicyRow Distil(IdentityRow subject)
    {
        var entries = new Dictionary<PolicyKey, RuleCookie>();
        var selecting = rules.Where(rule => rule.Subject.Matches(subject.Labels)).ToList();
        Distil(subject, selecting, TrafficDirection.Ingress, entries);
        Distil(subject, selecting, TrafficDirection.Egress, entries);
        return new PolicyRow(new PolicyId(subject.Id), PolicyEntrySet.Create(entries.Select(entry => new PolicyEntry(entry.Key, entry.Value))));
    }

    private void Distil(IdentityRow subject, List<PolicyRule> selecting, TrafficDirection direction, Dictionary<PolicyKey, RuleCookie> entries)
    {
        var sections = selecting.Select(rule => rule.Sections(direction)).OfType<IReadOnlyList<RuleSection>>().ToList();
        if (!IsEnforced(subject, sections.Count > 0))
        {
            entries[PolicyKey.All(direction)] = RuleCookie.NotEnforced;
            return;
        }

        foreach (var section in sections.SelectMany(list => list))
            Add(section, direction, entries);
        if (allowHost && direction == TrafficDirection.Ingress)
            entries.TryAdd(new PolicyKey(direction, NumericIdentity.Host, IpProtocol.Any, 0), RuleCookie.AllowLocalhost);
    }

    /// <summary>Default: enforced when a rule says something about the direction; an endpoint whose labels are not known is enforced both ways (Cilium facts 9.2).</summary>
    private bool IsEnforced(IdentityRow subject, bool isNamed) => enforcement switch
    {
        PolicyEnforcement.Always => true,
        PolicyEnforcement.Never => false,
        _ => isNamed || InitLabel.IsIn(subject.Labels),
    };

    private void Add(RuleSection section, TrafficDirection direction, Dictionary<PolicyKey, RuleCookie> entries)
    {
        foreach (var remote in Remotes(section))
        {
            if (section.Ports is null)
                Add(new PolicyKey(direction, remote, IpProtocol.Any, 0), section.Cookie, entries);
            foreach (var port in section.Ports ?? [])
                Add(new PolicyKey(direction, remote, port.Protocol, port.Port), section.Cookie, entries);
        }
    }

    private IReadOnlyCollection<NumericIdentity> Remotes(RuleSection section)
    {
        if (section.Peers is null || section.Peers.Any(peer => peer.IsWildcard))
            return [NumericIdentity.Unknown];
        return selections.Of(section.Peers);
    }

    /// <summary>Of several sections that allow the same, the oldest is named: the answer does not depend on the order of the rules.</summary>
    private static void Add(PolicyKey key, RuleCookie cookie, Dictionary<PolicyKey, RuleCookie> entries)
    {
        if (!entries.TryGetValue(key, out var present) || cookie.Value < present.Value)
            entries[key] = cookie;
    }
}
