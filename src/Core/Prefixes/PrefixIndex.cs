using Cilium.Framework.Rows;

namespace Cilium.Framework.Prefixes;

/// <summary>Prefixes in their order, in which those inside another one stand side by side behind it: what overlaps a prefix is found without looking at all.</summary>
internal sealed class PrefixIndex<T>
{
    private readonly IpPrefix[] _prefixes;
    private readonly T[] _values;
    private readonly int[] _lengths;

    /// <param name="items">A prefix may occur more than once.</param>
    public PrefixIndex(IEnumerable<(IpPrefix Prefix, T Value)> items)
    {
        var list = items.ToList();
        _prefixes = [.. list.Select(item => item.Prefix)];
        _values = [.. list.Select(item => item.Value)];
        Array.Sort(_prefixes, _values);
        _lengths = [.. _prefixes.Select(prefix => prefix.Length).Distinct()];
    }

    public int Count => _prefixes.Length;

    /// <summary>The prefixes inside another one, an equal one among them.</summary>
    public IEnumerable<(IpPrefix Prefix, T Value)> Inside(IpPrefix outer)
    {
        for (var i = LowerBound(outer); i < _prefixes.Length && outer.Contains(_prefixes[i]); i++)
            yield return (_prefixes[i], _values[i]);
    }

    /// <summary>True when a prefix lies inside another one, or around it.</summary>
    public bool Overlaps(IpPrefix other)
    {
        if (Has(other))
            return true;
        foreach (var length in _lengths)
        {
            if (length < other.Length && Has(other.Shortened(length), exactly: true))
                return true;
        }

        return false;
    }

    private bool Has(IpPrefix outer, bool exactly = false)
    {
        var at = LowerBound(outer);
        return at < _prefixes.Length && (exactly ? _prefixes[at] == outer : outer.Contains(_prefixes[at]));
    }

    private int LowerBound(IpPrefix prefix)
    {
        var (low, high) = (0, _prefixes.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_prefixes[middle].CompareTo(prefix) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
