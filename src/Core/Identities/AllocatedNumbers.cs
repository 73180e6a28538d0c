using Cilium.Framework.Labels;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Identities;

/// <summary>Which numbers the store may give to which labels. Whoever can write to the store must not name the node, the world or a prefix with it.</summary>
internal static class AllocatedNumbers
{
    /// <summary>What is accepted, for texts.</summary>
    public const string Accepted = "256..65535 within a cluster of number 0..255";

    private const uint LocalPart = 0xFFFF;

    /// <summary>Bits 0-15 hold what is allocated, bits 16-23 a cluster, and no other bit is set: neither reserved, nor fixed, nor of a prefix (Cilium facts 7a).</summary>
    public static bool Contains(NumericIdentity id) => id.Value < NumericIdentity.NodeLocalScope && (id.Value & LocalPart) >= NumericIdentity.FirstAllocated;

    /// <summary>Why a number from the store cannot stand for these labels; null: it can.</summary>
    /// <param name="id">The number; null: the text is none.</param>
    /// <param name="labels">What it is said to stand for; null: the text is no set of labels.</param>
    public static string? Objection(NumericIdentity? id, LabelSet? labels)
    {
        if (id is not { } number || !Contains(number))
            return $"{(id is null ? "its value is no number" : $"the number {id} is not one that is allocated")}. Accepted: {Accepted}";
        if (labels is null || labels.Count == 0)
            return "its value is no set of labels. Accepted: source:key=value; for each label";
        return labels.All(label => label.Source == Label.ReservedSource) ? $"{labels} has a number of its own. Accepted: labels of workloads" : null;
    }
}
