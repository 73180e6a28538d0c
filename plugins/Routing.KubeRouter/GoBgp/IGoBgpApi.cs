using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Errors;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp;

/// <summary>What is asked of a GoBGP, whichever version it is. Safe for parallel use. Nothing is tried again here.</summary>
/// <remarks>
/// Every call ends within a deadline. Failures are <see cref="CiliumException"/>: <see cref="ErrorKind.Unavailable"/> it cannot be reached, does not
/// answer, or BGP is not started in it; <see cref="ErrorKind.Invalid"/> it refuses; <see cref="ErrorKind.Internal"/> what it says cannot be read.
/// GoBGP keeps nothing over a restart: what was advertised has to be advertised again.
/// </remarks>
internal interface IGoBgpApi
{
    /// <summary>Who the speaker is; null: it runs, and BGP is not started in it.</summary>
    Task<BgpSpeaker?> GetSpeakerAsync(CancellationToken cancellationToken);

    /// <summary>Its neighbours, by address.</summary>
    Task<IReadOnlyList<BgpNeighbour>> ListNeighboursAsync(CancellationToken cancellationToken);

    /// <summary>Every way that it knows to every prefix of a family, its own too; by prefix, the best first.</summary>
    /// <param name="family">IPv4 or IPv6.</param>
    Task<IReadOnlyList<BgpRoute>> ListRoutesAsync(AddressFamily family, CancellationToken cancellationToken);

    /// <summary>Tells all neighbours of a prefix, marked as ours. Again with another next hop replaces the first, whosever it was; again with the same changes nothing.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="nextHop">Where its packets are to be sent; of the prefix's family.</param>
    /// <exception cref="CiliumException"><see cref="ErrorKind.Invalid"/>: the families differ; nothing was sent.</exception>
    Task AdvertiseAsync(IpPrefix prefix, IPAddress nextHop, CancellationToken cancellationToken);

    /// <summary>Takes back what was advertised. Succeeds when it was not, and never touches what neighbours told.</summary>
    /// <param name="prefix">The prefix.</param>
    Task WithdrawAsync(IpPrefix prefix, CancellationToken cancellationToken);

    /// <summary>
    /// First every neighbour and the best way to every prefix, then <see cref="BgpEvent.InitialDone"/>, then changes, until it fails. A change that happens
    /// while the first part is read may be told in both; the last word is always the right one.
    /// </summary>
    /// <exception cref="CiliumException">
    /// The stream broke, BGP was stopped or started anew in it, or it does not answer any more: <see cref="ErrorKind.Unavailable"/>. What it was told
    /// before is not taken back; whoever goes on watches anew and compares.
    /// </exception>
    IAsyncEnumerable<BgpEvent> WatchAsync(CancellationToken cancellationToken);
}
