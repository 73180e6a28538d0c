using System.Collections.Frozen;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Identities;

/// <summary>Numbers with a fixed meaning (Cilium facts 7a). They never touch the key-value store.</summary>
public static class ReservedIdentities
{
    private static readonly (string Name, NumericIdentity Id)[] Known =
    [
        ("host", NumericIdentity.Host), ("world", NumericIdentity.World), ("cluster", NumericIdentity.Cluster),
        ("health", NumericIdentity.Health), ("init", NumericIdentity.Init),
    ];

    private static readonly FrozenDictionary<LabelSet, NumericIdentity> ByLabels = Known.ToFrozenDictionary(known => Labels(known.Name), known => known.Id);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<IdentityRow> All { get; } = [.. Known.Select(known => new IdentityRow(known.Id, Labels(known.Name)))];

    /// <summary>The number of a label set that has a fixed one: exactly one reserved label, nothing beside it.</summary>
    /// <param name="labels">The label set.</param>
    /// <param name="id">Its number.</param>
    public static bool TryGet(LabelSet labels, out NumericIdentity id) => ByLabels.TryGetValue(labels, out id);

    private static LabelSet Labels(string name) => LabelSet.Create([new Label(Label.ReservedSource, name)]);
}
