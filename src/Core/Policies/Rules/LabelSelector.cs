using Cilium.Framework.Labels;

namespace Cilium.Framework.Policies.Rules;

/// <summary>Requirements on labels; all must hold. Without requirements it selects everything that has labels of its own.</summary>
/// <param name="Requirements">All must hold.</param>
internal sealed record LabelSelector(IReadOnlyList<LabelRequirement> Requirements)
{
    public bool Matches(LabelSet labels)
    {
        foreach (var requirement in Requirements)
        {
            if (!requirement.Matches(labels))
                return false;
        }

        return true;
    }

    /// <summary>
    /// Whether it asks for a reserved label. "Not init" does not: it says nothing about what is meant instead, and would open the node and the world, of which
    /// it is true as well.
    /// </summary>
    /// <param name="key">Which one; null: any.</param>
    public bool NamesReserved(string? key = null) => Requirements.Any(requirement =>
        requirement is { Source: Label.ReservedSource, Operator: LabelOperator.In or LabelOperator.Exists } && (key is null || requirement.Key == key));

    public bool Equals(LabelSelector? other) => other is not null && Requirements.SequenceEqual(other.Requirements);

    public override int GetHashCode() => Requirements.Aggregate(0, HashCode.Combine);

    public override string ToString() => Requirements.Count == 0 ? "{}" : string.Join(", ", Requirements);
}

/// <summary>How a label's value is compared.</summary>
internal enum LabelOperator
{
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

/// <summary>One requirement. A set may hold the key from several sources: with <see cref="Label.AnySource"/> one of them suffices for In and Exists, and NotIn and DoesNotExist fail by one.</summary>
/// <param name="Source">Source of the label, or <see cref="Label.AnySource"/>.</param>
/// <param name="Key">Its key.</param>
/// <param name="Operator">How it is compared.</param>
/// <param name="Values">With what; empty for Exists and DoesNotExist.</param>
internal sealed record LabelRequirement(string Source, string Key, LabelOperator Operator, IReadOnlyList<string> Values)
{
    public bool Matches(LabelSet labels)
    {
        var (present, equal) = (false, false);
        foreach (var label in labels)
        {
            if (label.Key != Key || (Source != Label.AnySource && label.Source != Source))
                continue;
            present = true;
            equal |= Values.Contains(label.Value);
        }

        return Operator switch
        {
            LabelOperator.In => equal,
            // As in Kubernetes: a label that is missing is not one of the values.
            LabelOperator.NotIn => !equal,
            LabelOperator.Exists => present,
            _ => !present,
        };
    }

    public bool Equals(LabelRequirement? other) =>
        other is not null && Source == other.Source && Key == other.Key && Operator == other.Operator && Values.SequenceEqual(other.Values);

    public override int GetHashCode() => HashCode.Combine(Source, Key, Operator, Values.Count);

    public override string ToString() => Operator switch
    {
        LabelOperator.In when Values.Count == 1 => $"{Source}:{Key}={Values[0]}",
        LabelOperator.In or LabelOperator.NotIn => $"{Source}:{Key} {Operator} ({string.Join(", ", Values)})",
        _ => $"{Source}:{Key} {Operator}",
    };
}
