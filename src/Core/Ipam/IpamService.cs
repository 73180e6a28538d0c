using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Rows;
using Cilium.Framework.State;

namespace Cilium.Framework.Ipam;

/// <summary>Serialises the calls of an address backend and remembers its leases over a restart: a lease is on the disk before it is answered.</summary>
public sealed class IpamService : IDisposable
{
    private readonly IIpam _ipam;
    private readonly StateFile<IpamState> _file;
    private readonly GroupCommit _changes;

    // What readers get while a change is under way: a backend is asked by one caller at a time.
    private volatile IReadOnlyList<IpamLease> _leases = [];
    private volatile Dictionary<IPAddress, IpamLease> _byAddress = [];
    private volatile IReadOnlyList<IpamPool> _pools = [];

    /// <param name="ipam">The backend.</param>
    /// <param name="file">Where leases are remembered.</param>
    public IpamService(IIpam ipam, StateFile<IpamState> file)
    {
        (_ipam, _file) = (ipam, file);
        _changes = new(() => { }, Commit, UndoAsync);
    }

    /// <summary>Sets the pools and takes back what was handed out before.</summary>
    /// <param name="podCidrs">This node's ranges.</param>
    /// <exception cref="Errors.CiliumException">What is stored cannot be read: the agent must not give an address twice.</exception>
    public void Start(IReadOnlyList<IpPrefix> podCidrs)
    {
        _ipam.SetPools(podCidrs);
        _ipam.Restore(_file.Read(state => state.Leases.Select(lease => new IpamLease(lease.Owner, IPAddress.Parse(lease.Address))).ToList()) ?? []);
        Show(_ipam.List());
    }

    /// <summary>Sets other pools. What was handed out of the old ones stays with its owners.</summary>
    /// <param name="podCidrs">This node's ranges.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="Errors.CiliumException">The backend refuses them.</exception>
    public Task SetPoolsAsync(IReadOnlyList<IpPrefix> podCidrs, CancellationToken ct) => _changes.RunAsync(
        () =>
        {
            _ipam.SetPools(podCidrs);
            return ValueTask.FromResult(true);
        },
        ct);

    /// <inheritdoc cref="IIpam.LocalPools" />
    public IReadOnlyList<IpamPool> LocalPools() => _pools;

    /// <inheritdoc cref="IIpam.List" />
    public IReadOnlyList<IpamLease> List() => _leases;

    /// <summary>Who holds an address; null: nobody.</summary>
    public string? HolderOf(IPAddress address) => _byAddress.GetValueOrDefault(address)?.Owner;

    /// <inheritdoc cref="IIpam.AllocateAsync(string, AddressFamily, CancellationToken)" />
    public Task<IpamResult> AllocateAsync(string owner, AddressFamily family, CancellationToken ct) => _changes.RunAsync(() => _ipam.AllocateAsync(owner, family, ct), ct);

    /// <inheritdoc cref="IIpam.AllocateAsync(string, IPAddress, CancellationToken)" />
    public Task<IpamResult> AllocateAsync(string owner, IPAddress address, CancellationToken ct) => _changes.RunAsync(() => _ipam.AllocateAsync(owner, address, ct), ct);

    /// <summary>Takes an address back.</summary>
    /// <param name="address">The address.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>False when nobody holds it.</returns>
    public Task<bool> ReleaseAsync(IPAddress address, CancellationToken ct) => _changes.RunAsync(
        async ValueTask<bool> () =>
        {
            var lease = _ipam.List().FirstOrDefault(lease => lease.Address.Equals(address));
            if (lease is null)
                return false;
            await _ipam.ReleaseAsync(lease.Owner, address.AddressFamily, ct);
            return true;
        },
        ct);

    /// <inheritdoc />
    public void Dispose() => _changes.Dispose();

    private void Commit()
    {
        var leases = _ipam.List();
        _file.Write(new IpamState([.. leases.Select(lease => new IpamStateLease(lease.Owner, lease.Address.ToString()))]));
        Show(leases);
    }

    private void Show(IReadOnlyList<IpamLease> leases)
    {
        var byAddress = new Dictionary<IPAddress, IpamLease>(leases.Count);
        // A backend of somebody else may say one twice.
        foreach (var lease in leases)
            byAddress.TryAdd(lease.Address, lease);
        (_leases, _byAddress, _pools) = (leases, byAddress, _ipam.LocalPools());
    }

    /// <summary>What is not on the disk did not happen: after a restart the backend would not know of it.</summary>
    private async ValueTask UndoAsync()
    {
        var drafted = _ipam.List();
        foreach (var given in drafted.Except(_leases))
            await _ipam.ReleaseAsync(given.Owner, given.Address.AddressFamily, CancellationToken.None);
        foreach (var taken in _leases.Except(drafted))
            await _ipam.AllocateAsync(taken.Owner, taken.Address, CancellationToken.None);
    }
}
