using System.Collections.Frozen;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Identities;

/// <summary>Numbers with a fixed meaning: those that every node has, and those that an operator has fixed. They never touch the key-value store (Cilium facts 2a, 7a).</summary>
/// <remarks>What the store itself needs to come up, such as name resolution, gets its number this way before there is a store.</remarks>
public sealed class ReservedIdentities
{
    /// <summary>First number that an operator may fix.</summary>
    public const uint FirstFixed = 128;

    /// <summary>Last number that an operator may fix.</summary>
    public const uint LastFixed = 255;

    /// <summary>Those that every node has.</summary>
    public static readonly ReservedIdentities Default = new(new Dictionary<uint, string>());

    private readonly FrozenDictionary<LabelSet, NumericIdentity> _byLabels;
    private readonly string _fixedNames;

    /// <param name="fixedNames">Names by number, 128..255 (setting <c>identities.fixed</c>).</param>
    public ReservedIdentities(IReadOnlyDictionary<uint, string> fixedNames)
    {
        (string Name, NumericIdentity Id)[] known =
        [
            ("host", NumericIdentity.Host), ("world", NumericIdentity.World), ("cluster", NumericIdentity.Cluster),
            ("health", NumericIdentity.Health), ("init", NumericIdentity.Init), ("remote-node", NumericIdentity.RemoteNode), .. fixedNames.OrderBy(pair => pair.Key).Select(pair => (pair.Value, new NumericIdentity(pair.Key))),
        ];
        All = [.. known.Select(row => new IdentityRow(row.Id, Labels(row.Name)))];
        _byLabels = All.ToFrozenDictionary(row => row.Labels, row => row.Id);
        _fixedNames = fixedNames.Count == 0 ? "none are fixed" : string.Join(", ", fixedNames.OrderBy(pair => pair.Key).Select(pair => pair.Value));
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<IdentityRow> All { get; }

    /// <summary>The number of a label set that has a fixed one: exactly one reserved label, nothing beside it.</summary>
    /// <param name="labels">The label set.</param>
    /// <param name="id">Its number.</param>
    public bool TryGet(LabelSet labels, out NumericIdentity id) => _byLabels.TryGetValue(labels, out id);

    /// <summary>Why a label set can have no number at all: it asks for a fixed one that there is not. Null: it can.</summary>
    /// <param name="labels">The label set.</param>
    public string? Objection(LabelSet labels) => labels.Count > 0 && labels.All(label => label.Source == Label.ReservedSource) && !TryGet(labels, out _)
        ? $"{labels} has no number. Accepted in {LabelKey}: {_fixedNames} (setting identities.fixed)"
        : null;

    /// <summary>Label of a workload that is to have a fixed identity; its value is the identity's name.</summary>
    public const string LabelKey = "io.cilium.fixed-identity";

    /// <summary>The labels that count for a workload: the fixed identity alone when it asks for one.</summary>
    /// <param name="all">All its labels.</param>
    /// <param name="relevant">Those that count otherwise.</param>
    public static LabelSet Chosen(LabelSet all, LabelSet relevant) =>
        all.FirstOrDefault(label => label.Key == LabelKey && label.Source != Label.ReservedSource) is { Key: LabelKey } asked ? Labels(asked.Value) : relevant;

    private static LabelSet Labels(string name) => LabelSet.Create([new Label(Label.ReservedSource, name)]);
}
