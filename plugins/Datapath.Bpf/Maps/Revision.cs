using Cilium.Framework.Errors;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary>Hands out the numbers that make verdicts valid. Write the maps first, then take the number, then store it as changed_at (bpf/lib/revision.h).</summary>
/// <remarks>
/// A process may be killed between a map and its number. So a change is announced first (<see cref="RevisionChange"/>), in the pinned maps: who
/// finds one that was never finished ends every verdict that was taken before.
/// </remarks>
internal sealed class Revision(BpfMap<uint, RevisionValue> map)
{
    private readonly Lock _lock = new();
    private uint _open;

    /// <summary>The next number.</summary>
    public uint Next() => Take(addresses: false);

    /// <summary>Ends every verdict that was taken before: what some address resolves to has changed.</summary>
    public void AddressesChanged() => Take(addresses: true);

    /// <summary>Ends every verdict when a process before this one was killed in the middle of a change.</summary>
    /// <returns>True when it was.</returns>
    public bool FinishPending()
    {
        if (map.Get(0).Pending == 0)
            return false;
        AddressesChanged();
        StorePending();
        return true;
    }

    /// <summary>Announces a change, before the first map is written.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _open++;
            if (_open == 1)
                StorePending();
        }
    }

    /// <summary>The change's numbers are stored.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _open--;
            if (_open == 0)
                StorePending();
        }
    }

    private void StorePending()
    {
        lock (_lock)
            map.Set(0, map.Get(0) with { Pending = _open });
    }

    private uint Take(bool addresses)
    {
        lock (_lock)
        {
            var value = map.Get(0);
            // The highest number stands for "not finished" in an endpoint.
            if (value.Number >= uint.MaxValue - 1)
                throw new CiliumException(ErrorKind.Exhausted, "The datapath's revision counter has reached its end after four thousand million changes. Run `cilium cleanup`, then start again.");
            value.Number++;
            if (addresses)
                value.AddressesChangedAt = value.Number;
            map.Set(0, value);
            return value.Number;
        }
    }
}
