using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Targets;

/// <summary>How one set of entries becomes another.</summary>
/// <param name="Added">Keys that were not there.</param>
/// <param name="Removed">Keys that are not wanted any more.</param>
/// <param name="Replaced">Same key, another rule or proxy.</param>
internal sealed record PolicyChange(IReadOnlyList<PolicyEntry> Added, IReadOnlyList<PolicyEntry> Removed, IReadOnlyList<PolicyEntry> Replaced)
{
    public bool IsNone => Added.Count + Removed.Count + Replaced.Count == 0;

    public static PolicyChange Between(PolicyEntrySet current, PolicyEntrySet desired)
    {
        var (added, removed, replaced) = (new List<PolicyEntry>(), new List<PolicyEntry>(), new List<PolicyEntry>());
        var before = current.AsSpan();
        var after = desired.AsSpan();
        while (before.Length > 0 || after.Length > 0)
        {
            var order = before.Length == 0 ? 1 : after.Length == 0 ? -1 : before[0].Key.CompareTo(after[0].Key);
            if (order < 0)
                removed.Add(before[0]);
            else if (order > 0)
                added.Add(after[0]);
            else if (before[0] != after[0])
                replaced.Add(after[0]);
            if (order <= 0)
                before = before[1..];
            if (order >= 0)
                after = after[1..];
        }

        return new(added, removed, replaced);
    }
}
