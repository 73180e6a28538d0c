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
        foreach (var entry in desired)
        {
            if (!current.TryGet(entry.Key, out var before))
                added.Add(entry);
            else if (before != entry)
                replaced.Add(entry);
        }

        removed.AddRange(current.Where(entry => !desired.TryGet(entry.Key, out _)));
        return new(added, removed, replaced);
    }
}
