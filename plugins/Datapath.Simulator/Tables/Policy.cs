using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Tables;

/// <summary>A realised policy with what each entry has let through.</summary>
internal sealed class Policy(PolicyId id, PolicyEntrySet entries, uint changedAt)
{
    private readonly Dictionary<PolicyKey, Tally> _counters = entries.ToDictionary(entry => entry.Key, _ => default(Tally));

    public PolicyId Id { get; } = id;

    public PolicyEntrySet Entries { get; private set; } = entries;

    /// <summary>Number of its last change.</summary>
    public uint ChangedAt { get; private set; } = changedAt;

    /// <summary>Changes the entries at once; counters of those that stay go on.</summary>
    public void Change(PolicyEntrySet entries, uint changedAt)
    {
        foreach (var gone in _counters.Keys.Where(key => !entries.TryGet(key, out _)).ToArray())
            _counters.Remove(gone);
        foreach (var entry in entries)
            _counters.TryAdd(entry.Key, default);
        (Entries, ChangedAt) = (entries, changedAt);
    }

    public Tally CounterOf(PolicyKey key) => _counters[key];

    public void Count(PolicyKey key, int bytes)
    {
        if (_counters.TryGetValue(key, out var tally))
            _counters[key] = tally.Plus(bytes);
    }
}
