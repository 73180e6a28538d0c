using Cilium.Framework.Client.Models;

namespace Cilium.Framework.Client;

/// <content>The routing daemon beside the node.</content>
public sealed partial class CiliumClient
{
    /// <summary>The daemon and its peers.</summary>
    public Task<BgpPeers> ListBgpPeersAsync(CancellationToken ct = default) => GetAsync("bgp/peers", ApiJson.Default.BgpPeers, ct);

    /// <summary>What the daemon knows.</summary>
    public Task<IReadOnlyList<BgpRoute>> ListBgpRoutesAsync(CancellationToken ct = default) => GetAsync("bgp/routes", ApiJson.Default.IReadOnlyListBgpRoute, ct);

    /// <summary>Asks the daemon to tell a prefix; answered when it agrees.</summary>
    /// <param name="prefix">Without bits beyond its length.</param>
    /// <param name="isDefaultMeant">A prefix of length 0 is accepted.</param>
    public Task<BgpAdvertisement> AdvertiseAsync(string prefix, bool isDefaultMeant = false, CancellationToken ct = default) =>
        SendAsync(HttpMethod.Put, $"bgp/advertisements?prefix={Escape(prefix)}{(isDefaultMeant ? "&default-route=true" : "")}", null, ApiJson.Default.BgpAdvertisement, ct);

    /// <summary>Takes such a request back; refused with 404 when there is none.</summary>
    public Task<BgpAdvertisement> WithdrawAsync(string prefix, CancellationToken ct = default) =>
        SendAsync(HttpMethod.Delete, $"bgp/advertisements?prefix={Escape(prefix)}", null, ApiJson.Default.BgpAdvertisement, ct);
}
