using System.Runtime.CompilerServices;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;

namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>
/// Connections in the table of our own, read and removed in memory that is shared with the programs (bpf/lib/conntrack_table.h). Removing keeps
/// their protocol: take the slot by compare and swap, take its tag away, then give it free.
/// </summary>
internal sealed unsafe class MappedConnections<TKey> : IConnectionStore<TKey>, IDisposable
    where TKey : unmanaged
{
    private const int Ways = 8;
    private const byte TagMask = 0xff;

    private static readonly int SlotBytes = sizeof(TKey) + sizeof(ConntrackValue);

    private readonly BpfDescriptor _sets;
    private readonly BpfDescriptor _tags;
    private readonly ConnectionPrograms? _programs;
    private readonly MappedOnDemand _setMemory;
    private readonly MappedMemory _tagMemory;
    private readonly int _count;
    private HashSet<(int Slot, uint State)> _busy = [];

    /// <param name="sets">The map of slots.</param>
    /// <param name="tags">The map of tags.</param>
    /// <param name="programs">Put connections in; null for who puts none in.</param>
    /// <param name="writable">Connections may be removed.</param>
    public MappedConnections(BpfDescriptor sets, BpfDescriptor tags, ConnectionPrograms? programs, bool writable)
    {
        (_sets, _tags, _programs) = (sets, tags, programs);
        var kernel = KernelMap.Of(sets.Value);
        if (kernel.ValueSize != Ways * SlotBytes)
            throw new Errors.CiliumException(Errors.ErrorKind.Conflict, $"The pinned connection table has sets of {kernel.ValueSize} bytes; this version uses {Ways * SlotBytes}. It was made by another version: run `cilium cleanup`, then start again.");
        _count = (int)kernel.MaxEntries;
        _setMemory = new(sets, (nuint)_count * (nuint)kernel.ValueSize, writable);
        _tagMemory = new(tags, (nuint)_count * sizeof(ulong), writable);
    }

    public uint Capacity => (uint)(_count * Ways / ConntrackShape.SlotsPerConnection);

    public IEnumerable<KeyValuePair<TKey, ConntrackValue>> Entries()
    {
        using var look = _setMemory.Begin();
        foreach (var slot in Slots())
        {
            if (TryRead(slot, out var key, out var value))
                yield return new(key, value);
        }
    }

    public bool Add(TKey key, ConntrackValue value) =>
        (_programs ?? throw new InvalidOperationException("This view of the table is for reading only.")).TryInsert(key, value);

    public bool Put(TKey key, ConntrackValue value)
    {
        Remove((other, _) => other.Equals(key));
        return Add(key, value);
    }

    public (int Seen, int Removed) Remove(Func<TKey, ConntrackValue, bool> doomed, Action<TKey, ConntrackValue>? removed = null)
    {
        using var look = _setMemory.Begin();
        var (seen, gone) = (0, 0);
        foreach (var slot in Slots())
        {
            if (!TryRead(slot, out var key, out var value))
                continue;
            seen++;
            if (!doomed(key, value) || !TryTake(slot, value.State))
                continue;
            removed?.Invoke(key, *ValueAt(slot));
            Free(slot);
            gone++;
        }

        return (seen, gone);
    }

    public int FreeAbandoned()
    {
        using var look = _setMemory.Begin();
        var busy = new HashSet<(int, uint)>();
        var freed = 0;
        for (var slot = 0; slot < _count * Ways; slot++)
        {
            var state = Volatile.Read(ref ValueAt(slot)->State);
            if (!ConnectionState.IsBusy(state))
                continue;
            if (_busy.Contains((slot, state)))
            {
                Free(slot);
                freed++;
            }
            else
            {
                busy.Add((slot, state));
            }
        }

        _busy = busy;
        return freed;
    }

    /// <summary>Takes every slot and dies: as an agent that is killed between taking and freeing.</summary>
    internal void TakeForTest()
    {
        using var look = _setMemory.Begin();
        foreach (var slot in Slots())
            TryTake(slot, Volatile.Read(ref ValueAt(slot)->State));
    }

    public void Dispose()
    {
        _tagMemory.Dispose();
        _sets.Dispose();
        _tags.Dispose();
    }

    // Slots of the sets in which something stands.
    private IEnumerable<int> Slots()
    {
        for (var set = 0; set < _count; set++)
        {
            if (IsEmpty(set))
                continue;
            for (var way = 0; way < Ways; way++)
                yield return (set * Ways) + way;
        }
    }

    private bool IsEmpty(int set) => *TagsAt(set * Ways) == 0;

    private bool TryRead(int slot, out TKey key, out ConntrackValue value)
    {
        (key, value) = (default, default);
        var entry = ValueAt(slot);
        var state = Volatile.Read(ref entry->State);
        if (!ConnectionState.IsValid(state))
            return false;
        key = *(TKey*)((byte*)entry - sizeof(TKey));
        value = *entry;
        value.State = state;
        return ConnectionState.IsSame(Volatile.Read(ref entry->State), state);
    }

    private bool TryTake(int slot, uint state) =>
        ConnectionState.IsIdle(state) && Interlocked.CompareExchange(ref ValueAt(slot)->State, ConnectionState.Taken(state), state) == state;

    private void Free(int slot)
    {
        var state = ValueAt(slot)->State;
        Interlocked.And(ref Unsafe.AsRef<ulong>(TagsAt(slot)), ~((ulong)TagMask << (slot % Ways * Ways)));
        Volatile.Write(ref ValueAt(slot)->State, ConnectionState.Free(state));
    }

    private ConntrackValue* ValueAt(int slot) => (ConntrackValue*)(_setMemory.Start + ((long)slot * SlotBytes) + sizeof(TKey));

    private ulong* TagsAt(int slot) => (ulong*)_tagMemory.Start + (slot / Ways);
}
