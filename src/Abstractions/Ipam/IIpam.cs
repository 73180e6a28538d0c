using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Ipam;

/// <summary>Hands out pod addresses on this node.</summary>
/// <remarks>
/// Called by one loop at a time. Keeps no file of its own: the pools come in through <see cref="SetPools"/>, and at start what it
/// handed out comes back through <see cref="Restore"/>. An address that was released is not given out again while others are free
/// (the least recently released first), so that stale connections do not meet a new owner.
/// </remarks>
public interface IIpam
{
    /// <summary>Longest owner name, in characters.</summary>
    const int MaxOwnerLength = 253;

    /// <summary>
    /// Pools out of which this node's ranges come: the core claims one range per family in the store, keeps it over restarts and hands it over
    /// through <see cref="SetPools"/>. The second pool of a family is used when the first has no range left. Empty: the node's ranges are
    /// configured. Asked once, before the start; what it throws is a problem of the configuration.
    /// </summary>
    IReadOnlyList<IpamClusterPool> ClusterPools => [];

    /// <summary>Sets the ranges of this node; called once before anything else and again on every change. Addresses outside the new ranges stay with their owners until released.</summary>
    /// <param name="podCidrs">At most one range per family in this version; an empty list disables both families.</param>
    /// <exception cref="Errors.CiliumException"><see cref="Errors.ErrorKind.Invalid"/>: a range too small for a gateway and one endpoint, or two ranges that overlap. The old ranges stand.</exception>
    void SetPools(IReadOnlyList<IpPrefix> podCidrs);

    /// <summary>Takes back what was handed out before a restart. Called once, after the first <see cref="SetPools"/>; addresses outside the pools are kept too.</summary>
    /// <param name="leases">No address twice.</param>
    void Restore(IReadOnlyCollection<IpamLease> leases);

    /// <summary>Gives an owner one address of a family; the one it already has, if it has one.</summary>
    /// <param name="owner">Stable name of the holder, at most <see cref="MaxOwnerLength"/> characters, such as <c>container-id:4f1c:eth0</c>.</param>
    /// <param name="family">IPv4 or IPv6.</param>
    /// <param name="cancellationToken">Gives up; nothing was allocated.</param>
    /// <returns>The address with its gateway, or a refusal: <see cref="IpamRefusal.PoolExhausted"/>, <see cref="IpamRefusal.FamilyDisabled"/>. Never an address that another owner holds.</returns>
    /// <exception cref="Errors.CiliumException"><see cref="Errors.ErrorKind.Unavailable"/>: the pool's source cannot be reached. Nothing was allocated; calling again is safe.</exception>
    ValueTask<IpamResult> AllocateAsync(string owner, AddressFamily family, CancellationToken cancellationToken);

    /// <summary>Gives an owner a certain address; success when it already holds it.</summary>
    /// <param name="owner">Stable name of the holder.</param>
    /// <param name="address">The wanted address.</param>
    /// <param name="cancellationToken">Gives up; nothing was allocated.</param>
    /// <returns>The address, or a refusal: <see cref="IpamRefusal.AddressInUse"/>, <see cref="IpamRefusal.AddressNotInPool"/>, <see cref="IpamRefusal.FamilyDisabled"/>, <see cref="IpamRefusal.OwnerHasAnother"/>.</returns>
    /// <exception cref="Errors.CiliumException"><see cref="Errors.ErrorKind.Unavailable"/>: the pool's source cannot be reached. Nothing was allocated; calling again is safe.</exception>
    ValueTask<IpamResult> AllocateAsync(string owner, IPAddress address, CancellationToken cancellationToken);

    /// <summary>Takes an owner's address of a family back. Success when it holds none.</summary>
    /// <param name="owner">Stable name of the holder.</param>
    /// <param name="family">IPv4 or IPv6.</param>
    /// <param name="cancellationToken">Gives up; the address is still held.</param>
    ValueTask ReleaseAsync(string owner, AddressFamily family, CancellationToken cancellationToken);

    /// <summary>Everything that is handed out, ordered by address.</summary>
    IReadOnlyList<IpamLease> List();

    /// <summary>The ranges of this node with their gateways and use.</summary>
    IReadOnlyList<IpamPool> LocalPools();
}
