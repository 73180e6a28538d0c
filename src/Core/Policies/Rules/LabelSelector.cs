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

/// <summary>One requirement.</summary>
/// <param name="Source">Source of the label, or <see cref="Label.AnySource"/>.</param>
/// <param name="Key">Its key.</param>
/// <param name="Operator">How it is compared.</param>
/// <param name="Values">With what; empty for Exists and DoesNotExist.</param>
internal sealed record LabelRequirement(string Source, string Key, LabelOperator Operator, IReadOnlyList<string> Values)
{
    public bool Matches(LabelSet labels)
    {
        var present = labels.TryGetValue(Source, Key, out var value);
        return Operator switch
        {
            LabelOperator.In => present && Values.Contains(value),
            // As in Kubernetes: a label that is missing is not one of the values.
            LabelOperator.NotIn => !present || !Values.Contains(value),
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
