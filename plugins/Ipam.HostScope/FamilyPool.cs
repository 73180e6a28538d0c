using System.Net;

namespace Cilium.Framework.Ipam.HostScope;

/// <summary>Leases of one family, and the range that new ones come from.</summary>
internal sealed class FamilyPool(string family, PoolWords words)
{
    private readonly Dictionary<string, IPAddress> _byOwner = new(StringComparer.Ordinal);
    private readonly Dictionary<UInt128, string> _byNumber = [];
    private FreeAddresses? _free;

    public AddressRange? Range { get; private set; }

    public IEnumerable<IpamLease> Leases => _byOwner.Select(lease => new IpamLease(lease.Key, lease.Value));

    public IpamPool? Describe() => Range is null ? null : new(Range.Cidr, Range.AddressOf(Range.Gateway), Range.Capacity, _byNumber.Keys.LongCount(Range.IsUsable));

    public void SetRange(AddressRange? range)
    {
        if (range?.Cidr == Range?.Cidr)
            return;
        Range = range;
        _free = range is null ? null : new(range, _byNumber.Keys);
    }

    public void Restore(IEnumerable<IpamLease> leases)
    {
        foreach (var lease in leases)
        {
            if (!_byNumber.TryAdd(AddressRange.NumberOf(lease.Address), lease.Owner))
                throw new ArgumentException($"{Said}{lease.Address} is held by {_byNumber[AddressRange.NumberOf(lease.Address)]} and by {lease.Owner}.", nameof(leases));
            if (!_byOwner.TryAdd(lease.Owner, lease.Address))
                throw new ArgumentException($"{Said}{lease.Owner} holds {_byOwner[lease.Owner]} and {lease.Address}.", nameof(leases));
        }

        _free = Range is null ? null : new(Range, _byNumber.Keys);
    }

    public IpamResult Allocate(string owner)
    {
        if (Range is null || _free is null)
            return Disabled(owner);
        if (_byOwner.TryGetValue(owner, out var held))
            return Granted(held);
        if (_free.Take(_byNumber.ContainsKey) is not { } number)
            return IpamResult.Refused(IpamRefusal.PoolExhausted, $"{Said}all {Range.Capacity} addresses of {Range.Cidr} are taken; {owner} gets none. Release endpoints or {words.TooSmall(family)}.");
        return Grant(owner, number);
    }

    public IpamResult Allocate(string owner, IPAddress address)
    {
        if (Range is null || _free is null)
            return Disabled(owner);
        var number = AddressRange.NumberOf(address);
        if (_byOwner.TryGetValue(owner, out var held))
        {
            return AddressRange.NumberOf(held) == number
                ? Granted(held)
                : IpamResult.Refused(IpamRefusal.OwnerHasAnother, $"{Said}{owner} already holds {held} and cannot get {address} too. Release the first.");
        }

        if (_byNumber.TryGetValue(number, out var other))
            return IpamResult.Refused(IpamRefusal.AddressInUse, $"{Said}{address} is held by {other}; {owner} cannot get it.");
        if (!Range.IsUsable(number))
            return IpamResult.Refused(IpamRefusal.AddressNotInPool, $"{Said}{address} cannot be given to {owner}. Accepted: {Range.AddressOf(Range.FirstUsable)} to {Range.AddressOf(Range.LastUsable)}.");
        _free.Taken(number);
        return Grant(owner, number);
    }

    public void Release(string owner)
    {
        if (!_byOwner.Remove(owner, out var address))
            return;
        var number = AddressRange.NumberOf(address);
        _byNumber.Remove(number);
        _free?.Released(number);
    }

    private string Said => $"ipam {words.Name}: ";

    private IpamResult Grant(string owner, UInt128 number)
    {
        var address = Range!.AddressOf(number);
        _byNumber.Add(number, owner);
        _byOwner.Add(owner, address);
        return Granted(address);
    }

    private IpamResult Granted(IPAddress address) => IpamResult.Granted(address, Range!.AddressOf(Range.Gateway));

    private IpamResult Disabled(string owner) =>
        IpamResult.Refused(IpamRefusal.FamilyDisabled, $"{Said}this node has no {family} range; {owner} gets no address. {words.NoRange(family)}");
}
