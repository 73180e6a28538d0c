using Cilium.Framework.Datapath.Simulator.Packets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Tables;

/// <summary>Who is behind an address, and on which node: the longest prefix around it says so.</summary>
internal sealed class AddressTable
{
    private readonly Dictionary<(Address First, int Length), IpCacheRow> _rows = [];

    /// <summary>How many prefixes there are of each length, longest first.</summary>
    private readonly SortedDictionary<int, int> _lengths = new(Comparer<int>.Create((left, right) => right.CompareTo(left)));

    public IEnumerable<IpCacheRow> All => _rows.Values;

    /// <summary>The identity behind an address; world when no prefix names it.</summary>
    public NumericIdentity IdentityOf(Address address) => Find(address)?.Identity ?? NumericIdentity.World;

    /// <summary>The longest prefix around an address.</summary>
    public IpCacheRow? Find(Address address)
    {
        var width = address.IsIPv6 ? 128 : 32;
        foreach (var length in _lengths.Keys.Where(length => length <= width))
        {
            if (_rows.TryGetValue((address.Masked(length), length), out var row))
                return row;
        }

        return null;
    }

    /// <returns>False when it says so already.</returns>
    public bool Set(IpCacheRow row)
    {
        var key = KeyOf(row.Prefix);
        if (_rows.TryGetValue(key, out var held) && held.Identity == row.Identity && Equals(held.TunnelEndpoint, row.TunnelEndpoint))
            return false;
        if (held is null)
            _lengths[key.Length] = _lengths.GetValueOrDefault(key.Length) + 1;
        _rows[key] = row;
        return true;
    }

    public bool Remove(IpPrefix prefix)
    {
        var key = KeyOf(prefix);
        if (!_rows.Remove(key))
            return false;
        if (--_lengths[key.Length] == 0)
            _lengths.Remove(key.Length);
        return true;
    }

    private static (Address First, int Length) KeyOf(IpPrefix prefix) => (new(prefix.Bits, prefix.IsIPv6), prefix.Length);
}
