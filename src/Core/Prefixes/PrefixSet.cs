using System.Diagnostics.CodeAnalysis;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Prefixes;

/// <summary>Prefixes of which none overlaps another, each with a value. Grows while it is asked; <see cref="PrefixIndex{T}"/> is for many that are known at once.</summary>
internal sealed class PrefixSet<T>
{
    private readonly Dictionary<IpPrefix, T> _values = [];
    private readonly SortedSet<IpPrefix> _sorted = [];
    private readonly SortedSet<int> _lengths = [];

    /// <summary>Takes a prefix that overlaps none of those that are in.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="value">Its value.</param>
    /// <param name="met">The one that it overlaps, when it was not taken.</param>
    /// <returns>False: it overlaps one and was not taken.</returns>
    public bool TryAdd(IpPrefix prefix, T value, [NotNullWhen(false)] out (IpPrefix Prefix, T Value)? met)
    {
        met = Find(prefix);
        if (met is not null)
            return false;
        _values.Add(prefix, value);
        _sorted.Add(prefix);
        _lengths.Add(prefix.Length);
        return true;
    }

    /// <summary>A prefix that lies inside another one or around it; null: none does.</summary>
    public (IpPrefix Prefix, T Value)? Find(IpPrefix other)
    {
        foreach (var length in _lengths)
        {
            if (length > other.Length)
                break;
            if (_values.TryGetValue(other.Shortened(length), out var around))
                return (other.Shortened(length), around);
        }

        var inside = _sorted.GetViewBetween(other, other.Last);
        return inside.Count > 0 ? (inside.Min, _values[inside.Min]) : null;
    }
}
