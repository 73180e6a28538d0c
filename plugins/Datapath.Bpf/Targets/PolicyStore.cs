using System.Buffers.Binary;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Targets;

/// <summary>Entries and counters of policies in their maps.</summary>
internal sealed class PolicyStore(MapSet maps)
{
    /// <summary>changed_at while a policy is being changed: no verdict under it holds.</summary>
    public const uint Unfinished = uint.MaxValue;

    private Dictionary<uint, PolicyEntrySet>? _slots;
    private uint _lastSlot;

    /// <summary>At least as many entries as the map holds: what was removed since they were counted is not taken off.</summary>
    private int? _used;

    /// <summary>Entries that the map can hold.</summary>
    public int Capacity => (int)maps.Policies.Kernel.MaxEntries;

    /// <summary>Drops what was read: the maps may have changed since.</summary>
    public void Forget() => _slots = null;

    /// <summary>The entries under a slot, as the kernel holds them.</summary>
    public PolicyEntrySet Read(uint slot) => Slots().GetValueOrDefault(slot, PolicyEntrySet.Empty);

    /// <summary>A slot that no entry stands under and that was not used since this process started.</summary>
    public uint FreeSlot()
    {
        if (_lastSlot == 0)
            _lastSlot = Math.Max(maps.PolicyHeaders.Entries().Max(entry => entry.Value.Slot), Slots().Keys.DefaultIfEmpty().Max());
        return ++_lastSlot;
    }

    /// <summary>True when more entries fit. Their counters then fit too: there are never more of them than entries.</summary>
    /// <param name="added">How many more.</param>
    /// <param name="used">Entries in the map, those included that are out of use and not deleted yet.</param>
    public bool HasRoom(int added, out int used)
    {
        if (_used is not { } bound || bound + added > Capacity)
            _used = maps.Policies.Entries().Count();
        used = _used.Value;
        return used + added <= Capacity;
    }

    /// <summary>Writes entries under a slot.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="index">The policy's index.</param>
    /// <param name="entries">The entries.</param>
    /// <param name="uncounted">Those that may have no counter yet: each has one before it is there.</param>
    public void Write(uint slot, uint index, IReadOnlyCollection<PolicyEntry> entries, IReadOnlyCollection<PolicyEntry> uncounted)
    {
        // What counts goes on counting.
        PolicyEntryKey[] counters = [.. Keys(index, uncounted).Where(counter => !maps.PolicyCounters.TryGet(counter, out _))];
        maps.PolicyCounters.SetMany(counters, new PolicyCounter[counters.Length]);
        PolicyEntryValue[] values = [.. entries.Select(entry => new PolicyEntryValue { Cookie = entry.Rule.Value, ProxyPort = BinaryPrimitives.ReverseEndianness(entry.ProxyPort) })];
        _used += entries.Count;
        maps.Policies.SetMany(Keys(slot, entries), values);
    }

    public void RemoveCounters(uint index, IEnumerable<PolicyEntry> entries) => maps.PolicyCounters.RemoveMany(Keys(index, entries));

    /// <summary>Removes entries and counters that no header refers to: what a crash or an older process left.</summary>
    public int RemoveUnowned(IReadOnlySet<PolicyEntryKey> keep)
    {
        var headers = maps.PolicyHeaders.Entries().Where(entry => entry.Value.Slot != 0).ToDictionary(entry => entry.Key, entry => entry.Value.Slot);
        var live = headers.Values.ToHashSet();
        var entries = maps.Policies.Entries().Select(entry => entry.Key).ToHashSet();
        var dead = entries.Where(key => !live.Contains(key.Owner) && !keep.Contains(key)).ToArray();
        maps.Policies.RemoveMany(dead);

        var orphans = maps.PolicyCounters.Entries().Select(entry => entry.Key)
            .Where(key => !headers.TryGetValue(key.Owner, out var slot) || !entries.Contains(key with { Owner = slot })).ToArray();
        maps.PolicyCounters.RemoveMany(orphans);
        return dead.Length + orphans.Length;
    }

    public static PolicyEntryKey[] Keys(uint owner, IEnumerable<PolicyEntry> entries) => [.. entries.Select(entry => KeyOf(owner, entry.Key))];

    public static PolicyEntryKey KeyOf(uint owner, PolicyKey key) => new()
    {
        Owner = owner,
        Identity = key.Remote.Value,
        Port = BinaryPrimitives.ReverseEndianness(key.Port),
        Proto = (byte)key.Protocol,
        Direction = (byte)key.Direction,
    };

    public static PolicyEntry EntryOf(PolicyEntryKey key, PolicyEntryValue value) => new(
        new((TrafficDirection)key.Direction, new(key.Identity), (IpProtocol)key.Proto, BinaryPrimitives.ReverseEndianness(key.Port)),
        new(value.Cookie),
        BinaryPrimitives.ReverseEndianness(value.ProxyPort));

    private Dictionary<uint, PolicyEntrySet> Slots() => _slots ??= maps.Policies.Entries()
        .GroupBy(entry => entry.Key.Owner)
        .ToDictionary(group => group.Key, group => PolicyEntrySet.Create(group.DistinctBy(entry => entry.Key).Select(entry => EntryOf(entry.Key, entry.Value))));
}
