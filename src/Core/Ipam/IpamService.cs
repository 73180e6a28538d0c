using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Rows;
using Cilium.Framework.State;

namespace Cilium.Framework.Ipam;

/// <summary>Serialises the calls of an address backend and remembers its leases over a restart: a lease is on the disk before it is answered.</summary>
/// <param name="ipam">The backend.</param>
/// <param name="file">Where leases are remembered.</param>
public sealed class IpamService(IIpam ipam, StateFile<IpamState> file) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    // What readers get while a change is under way: a backend is asked by one caller at a time.
    private volatile IReadOnlyList<IpamLease> _leases = [];
    private volatile IReadOnlyList<IpamPool> _pools = [];

    /// <summary>Sets the pools and takes back what was handed out before.</summary>
    /// <param name="podCidrs">This node's ranges.</param>
    /// <exception cref="Errors.CiliumException">What is stored cannot be read: the agent must not give an address twice.</exception>
    public void Start(IReadOnlyList<IpPrefix> podCidrs)
    {
        ipam.SetPools(podCidrs);
        ipam.Restore(file.Read(state => state.Leases.Select(lease => new IpamLease(lease.Owner, IPAddress.Parse(lease.Address))).ToList()) ?? []);
        Look();
    }

    /// <inheritdoc cref="IIpam.LocalPools" />
    public IReadOnlyList<IpamPool> LocalPools() => _pools;

    /// <inheritdoc cref="IIpam.List" />
    public IReadOnlyList<IpamLease> List() => _leases;

    /// <inheritdoc cref="IIpam.AllocateAsync(string, AddressFamily, CancellationToken)" />
    public Task<IpamResult> AllocateAsync(string owner, AddressFamily family, CancellationToken ct) => ChangeAsync(() => ipam.AllocateAsync(owner, family, ct), ct);

    /// <inheritdoc cref="IIpam.AllocateAsync(string, IPAddress, CancellationToken)" />
    public Task<IpamResult> AllocateAsync(string owner, IPAddress address, CancellationToken ct) => ChangeAsync(() => ipam.AllocateAsync(owner, address, ct), ct);

    /// <summary>Takes an address back.</summary>
    /// <param name="address">The address.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>False when nobody holds it.</returns>
    public Task<bool> ReleaseAsync(IPAddress address, CancellationToken ct) => ChangeAsync(
        async ValueTask<bool> () =>
        {
            var lease = _leases.FirstOrDefault(lease => lease.Address.Equals(address));
            if (lease is null)
                return false;
            await ipam.ReleaseAsync(lease.Owner, address.AddressFamily, ct);
            return true;
        },
        ct);

    /// <inheritdoc />
    public void Dispose() => _one.Dispose();

    private async Task<T> ChangeAsync<T>(Func<ValueTask<T>> change, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            var before = _leases;
            var result = await change();
            Look();
            try
            {
                file.Write(new IpamState([.. _leases.Select(lease => new IpamStateLease(lease.Owner, lease.Address.ToString()))]));
            }
            catch
            {
                await UndoAsync(before);
                throw;
            }

            return result;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>What is not on the disk did not happen: after a restart the backend would not know of it.</summary>
    private async Task UndoAsync(IReadOnlyList<IpamLease> before)
    {
        foreach (var given in _leases.Except(before))
            await ipam.ReleaseAsync(given.Owner, given.Address.AddressFamily, CancellationToken.None);
        foreach (var taken in before.Except(_leases))
            await ipam.AllocateAsync(taken.Owner, taken.Address, CancellationToken.None);
        Look();
    }

    private void Look() => (_leases, _pools) = (ipam.List(), ipam.LocalPools());
}
