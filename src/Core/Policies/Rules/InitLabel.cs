using Cilium.Framework.Labels;

namespace Cilium.Framework.Policies.Rules;

/// <summary>
/// <c>reserved:init</c>: the labels of an endpoint are not known yet. The label says so, not the number: beside other labels it has a number that is allocated,
/// and means the same (Cilium facts 9.2).
/// </summary>
internal static class InitLabel
{
    public const string Key = "init";

    /// <summary>Whether an identity still waits for its labels.</summary>
    public static bool IsIn(LabelSet labels) => labels.Any(label => label is { Source: Label.ReservedSource, Key: Key });
}
