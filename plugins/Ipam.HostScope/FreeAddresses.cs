namespace Cilium.Framework.Ipam.HostScope;

/// <summary>Chooses free addresses of a range: first those never given out, in order, then those released, the longest ago first.</summary>
internal sealed class FreeAddresses
{
    private readonly AddressRange _range;
    private readonly LinkedList<UInt128> _released = [];
    private readonly Dictionary<UInt128, LinkedListNode<UInt128>> _places = [];
    private UInt128 _next;
    private UInt128 _unvisited;

    /// <param name="range">The range.</param>
    /// <param name="taken">Addresses in use. The search begins after the highest: what was released just before a restart lies rather below it.</param>
    public FreeAddresses(AddressRange range, IEnumerable<UInt128> taken)
    {
        _range = range;
        var highest = taken.Where(range.IsUsable).DefaultIfEmpty(range.FirstUsable - 1).Max();
        _next = highest == range.LastUsable ? range.FirstUsable : highest + 1;
        // The whole of ::/0 has one address more than fits; nobody will visit it.
        _unvisited = range.LastUsable - range.FirstUsable == UInt128.MaxValue ? UInt128.MaxValue : range.LastUsable - range.FirstUsable + 1;
    }

    /// <summary>A free address; null when there is none.</summary>
    public UInt128? Take(Func<UInt128, bool> isTaken)
    {
        while (_unvisited > 0)
        {
            var candidate = _next;
            _next = candidate == _range.LastUsable ? _range.FirstUsable : candidate + 1;
            _unvisited--;
            if (!isTaken(candidate) && !_places.ContainsKey(candidate))
                return candidate;
        }

        if (_released.First is not { } oldest)
            return null;
        Taken(oldest.Value);
        return oldest.Value;
    }

    /// <summary>An address was given out by name.</summary>
    public void Taken(UInt128 number)
    {
        if (_places.Remove(number, out var place))
            _released.Remove(place);
    }

    /// <summary>An address came back.</summary>
    public void Released(UInt128 number)
    {
        if (_range.IsUsable(number))
            _places.TryAdd(number, _released.AddLast(number));
    }
}
