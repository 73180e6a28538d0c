using System.Net;
using Cilium.Framework.Labels;

namespace Cilium.Framework.Core.ScenarioTests.Truth;

/// <summary>What the agent was told in the course of a run. While changes are under way, each fact may still be as it was or as it is to be, but nothing else.</summary>
public sealed class IntentHistory
{
    private readonly List<Intent> _all = [Intent.Empty];
    private int _settled;

    /// <summary>What holds now.</summary>
    public Intent Now => _all[^1];

    /// <summary>Every intent since everything was last realised, that one included.</summary>
    public IEnumerable<Intent> UnderWay => _all.Skip(_settled);

    /// <summary>Everything is realised.</summary>
    public void Settled() => _settled = _all.Count - 1;

    /// <summary>The agent was told something.</summary>
    public void Add(Intent intent) => _all.Add(intent);

    /// <summary>Some combination of what was and what is to be lets the packet through.</summary>
    public bool MayPass(Packet packet) => Combinations(packet).Any(allowed => allowed);

    /// <summary>Every combination lets the packet through, and its ends were there all the time: it must pass at every moment.</summary>
    public bool MustPass(Packet packet) =>
        UnderWay.All(intent => (intent.At(packet.From) is null) == (Now.At(packet.From) is null) && intent.At(packet.To) is not null)
        && Combinations(packet).All(allowed => allowed)
        && !IsBetween(packet);

    /// <summary>What the ends of a packet were told to be, in all versions under way; null: not an endpoint.</summary>
    public IReadOnlyCollection<LabelSet?> LabelsOf(IPAddress address) => UnderWay.Select(intent => intent.At(address)?.Labels).ToHashSet();

    /// <summary>Every intent whose policies have at least that revision.</summary>
    public IEnumerable<Intent> Since(ulong revision) => _all.Where(intent => intent.Revision >= revision);

    /// <summary>A policy speaks of another prefix around an address outside, and the address does not resolve to it yet.</summary>
    public bool IsBetween(Packet packet) => (IsRenumbered(packet.From) && IsRuledAnew(packet.To)) || (IsRenumbered(packet.To) && IsRuledAnew(packet.From));

    /// <summary>
    /// An address outside gets the identity of another prefix. It does so after the policies (order of realisation 2); a policy that changes at the same
    /// time, and does not speak of the old identity any more, drops it in between.
    /// </summary>
    private bool IsRenumbered(IPAddress address) => Now.At(address) is null && UnderWay.Select(intent => intent.PrefixOf(address)).Distinct().Count() > 1;

    private bool IsRuledAnew(IPAddress address) =>
        LabelsOf(address).Any(labels => labels is not null && UnderWay.Select(intent => string.Join(',', intent.Policies.Values.Where(policy => policy.IsAbout(labels)).OrderBy(policy => policy.Name, StringComparer.Ordinal))).Distinct().Count() > 1);

    private IEnumerable<bool> Combinations(Packet packet) =>
        from intent in UnderWay.DistinctBy(intent => intent.Revision)
        from source in LabelsOf(packet.From)
        from destination in LabelsOf(packet.To)
        select intent.Allows(packet, source, destination);
}
