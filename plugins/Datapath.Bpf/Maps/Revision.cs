using Cilium.Framework.Errors;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary>Hands out the numbers that make verdicts valid. Write the maps first, then take the number, then store it as changed_at (bpf/lib/revision.h).</summary>
internal sealed class Revision(BpfMap<uint, RevisionValue> map)
{
    private readonly Lock _lock = new();

    /// <summary>The next number.</summary>
    public uint Next() => Take(addresses: false);

    /// <summary>Ends every verdict that was taken before: what some address resolves to has changed.</summary>
    public void AddressesChanged() => Take(addresses: true);

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
