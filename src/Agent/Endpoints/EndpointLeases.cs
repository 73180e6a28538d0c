using System.Net;
using Cilium.Framework.Endpoints;
using Cilium.Framework.Ipam;

namespace Cilium.Framework.Agent.Endpoints;

/// <summary>Addresses of endpoints among the leases of this node: an endpoint takes only what is its own, and what nobody leased becomes its own.</summary>
/// <param name="ipam">The leases.</param>
/// <param name="deviceOf">Device of this node that has an address; null: none.</param>
internal sealed class EndpointLeases(IpamService ipam, Func<IPAddress, string?> deviceOf)
{
    private const string Prefix = "endpoint:";

    /// <summary>Whether an owner's name is one that the agent gives.</summary>
    public static bool IsClaim(string owner) => owner.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Leases what nobody holds of an endpoint's addresses; those outside the node's ranges are the caller's affair.</summary>
    /// <returns>What was leased.</returns>
    /// <exception cref="RefusedException">409: an address is the node's, the gateway's or another holder's; 400: it is never handed out. Nothing stays leased.</exception>
    public async Task<IReadOnlyList<IPAddress>> ClaimAsync(EndpointProposal proposal, CancellationToken ct)
    {
        var addresses = new[] { proposal.IPv4, proposal.IPv6 }.OfType<IPAddress>().ToList();
        foreach (var address in addresses)
            RefuseOwn(address);
        var claimed = new List<IPAddress>();
        try
        {
            foreach (var address in addresses.Where(IsLocal))
            {
                if (ipam.HolderOf(address) is { } holder)
                    RefuseStranger(proposal, address, holder);
                else if (await ClaimAsync(proposal, address, ct))
                    claimed.Add(address);
            }
        }
        catch
        {
            await ReleaseAsync(claimed);
            throw;
        }

        return claimed;
    }

    /// <summary>Whether each address is leased by somebody who gives it back himself, or lies outside the node's ranges: an endpoint that has them comes and goes without a change of leases.</summary>
    public bool AreHeldByOthers(IEnumerable<IPAddress> addresses) => addresses.All(address => ipam.HolderOf(address) is { } holder ? !IsClaim(holder) : !IsLocal(address));

    /// <summary>Gives back what the agent leased for an endpoint; what somebody else leased is for them to give back.</summary>
    public async Task ReleaseAsync(IEnumerable<IPAddress> addresses)
    {
        foreach (var address in addresses.Where(address => ipam.HolderOf(address) is { } holder && IsClaim(holder)))
            await ipam.ReleaseAsync(address, CancellationToken.None);
    }

    /// <summary>At start: frees the addresses of endpoints whose devices vanished, whoever leased them, and claims that no endpoint stands behind.</summary>
    /// <param name="ipam">The leases.</param>
    /// <param name="vanished">Endpoints that were forgotten.</param>
    /// <param name="known">Endpoints that are there.</param>
    /// <returns>The addresses that are free again.</returns>
    public static async Task<IReadOnlyList<IPAddress>> ReleaseForgottenAsync(
        IpamService ipam, IEnumerable<EndpointRequest> vanished, IEnumerable<EndpointRequest> known, CancellationToken ct)
    {
        var kept = known.SelectMany(request => request.Addresses).ToHashSet();
        var gone = vanished.SelectMany(request => request.Addresses).ToHashSet();
        var free = ipam.List().Where(lease => !kept.Contains(lease.Address) && (gone.Contains(lease.Address) || IsClaim(lease.Owner))).Select(lease => lease.Address).ToList();
        foreach (var address in free)
            await ipam.ReleaseAsync(address, ct);
        return free;
    }

    private async Task<bool> ClaimAsync(EndpointProposal proposal, IPAddress address, CancellationToken ct)
    {
        // Device and address together are an owner that never holds a second address of a family.
        var result = await ipam.AllocateAsync($"{Prefix}{proposal.Device}:{address}", address, ct);
        if (result.Address is not null)
            return true;
        throw new RefusedException(result.Refusal == IpamRefusal.AddressInUse ? 409 : 400, $"Address {address}: {result.Message} Nothing was changed.");
    }

    private void RefuseOwn(IPAddress address)
    {
        var what = ipam.LocalPools().FirstOrDefault(pool => pool.Gateway.Equals(address)) is { } pool ? $"the gateway of {pool.Cidr}" : deviceOf(address) is { } device ? $"on device {device}" : null;
        if (what is not null)
            throw new RefusedException(409, $"Address {address} is this node's own, {what}. Take another one (POST /ipam). Nothing was changed.");
    }

    private bool IsLocal(IPAddress address) => ipam.LocalPools().Any(pool => pool.Cidr.Contains(address));

    /// <summary>Whoever makes an endpoint leased its addresses under its container's id or name.</summary>
    private static void RefuseStranger(EndpointProposal proposal, IPAddress address, string holder)
    {
        var names = new[] { proposal.ContainerId, proposal.ContainerName }.Where(name => name.Length > 0).ToList();
        if (names.Any(name => holder == name || holder == $"container-id:{name}" || holder.StartsWith($"{name}:", StringComparison.Ordinal) || holder.StartsWith($"container-id:{name}:", StringComparison.Ordinal)))
            return;
        var own = names.Count == 0 ? "it has no container id" : $"it is {string.Join(", ", names)}";
        throw new RefusedException(409, $"Address {address} is held by {holder}, not by this endpoint ({own}). Name the endpoint's container as the holder, release the address (DELETE /ipam/{address}), or take another. Nothing was changed.");
    }
}
