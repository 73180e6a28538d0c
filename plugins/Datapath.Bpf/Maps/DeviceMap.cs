namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary>Device index to endpoint: an array, and a hash for the indexes beyond it (bpf/lib/endpoint.h).</summary>
internal sealed class DeviceMap(BpfMap<uint, uint> near, BpfMap<uint, uint> far)
{
    /// <summary>Number of the endpoint of a device; 0 for none.</summary>
    public uint Get(uint ifIndex) => MapOf(ifIndex).Get(ifIndex);

    /// <returns>True when it was another one before.</returns>
    public bool Set(uint ifIndex, uint endpoint)
    {
        if (Get(ifIndex) == endpoint)
            return false;
        MapOf(ifIndex).Set(ifIndex, endpoint);
        return true;
    }

    public void Remove(uint ifIndex)
    {
        if (ifIndex >= near.Kernel.MaxEntries)
            far.Remove(ifIndex);
        else if (near.Get(ifIndex) != 0)
            near.Set(ifIndex, 0);
    }

    public IEnumerable<KeyValuePair<uint, uint>> Entries() => near.Entries().Where(entry => entry.Value != 0).Concat(far.Entries());

    private BpfMap<uint, uint> MapOf(uint ifIndex) => ifIndex < near.Kernel.MaxEntries ? near : far;
}
