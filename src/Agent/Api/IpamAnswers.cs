using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Ipam;

namespace Cilium.Framework.Agent.Api;

/// <summary>Address requests as the API offers them.</summary>
internal static class IpamAnswers
{
    /// <summary>One address of a family, or one of each.</summary>
    /// <exception cref="RefusedException">400 or 502; nothing stays allocated.</exception>
    public static async Task<IpamResponse> AnswerAsync(this IpamService ipam, string owner, string? family, CancellationToken ct)
    {
        var held = ipam.List().Where(lease => lease.Owner == owner).Select(lease => lease.Address.AddressFamily).ToHashSet();
        var granted = new List<IPAddress>();
        try
        {
            foreach (var wanted in Families(ipam, family))
            {
                var result = await ipam.AllocateAsync(owner, wanted, ct);
                granted.Add(result.Address ?? throw Refusal(result));
            }

            return Answer(ipam, granted);
        }
        catch
        {
            foreach (var address in granted.Where(address => !held.Contains(address.AddressFamily)))
                await ipam.ReleaseAsync(address, CancellationToken.None);
            throw;
        }
    }

    /// <summary>A certain address.</summary>
    /// <exception cref="RefusedException">400, 409 or 502.</exception>
    public static async Task<IpamResponse> AnswerAsync(this IpamService ipam, string owner, IPAddress address, CancellationToken ct)
    {
        var result = await ipam.AllocateAsync(owner, address, ct);
        return result.Address is null ? throw Refusal(result) : Answer(ipam, [result.Address]);
    }

    /// <summary>The node's gateways and ranges.</summary>
    public static NodeAddressing HostAddressing(this IpamService ipam) => new() { Ipv4 = Element(ipam, AddressFamily.InterNetwork), Ipv6 = Element(ipam, AddressFamily.InterNetworkV6) };

    private static IReadOnlyList<AddressFamily> Families(IpamService ipam, string? family) => family switch
    {
        null or "" when ipam.LocalPools().Count == 0 => throw new RefusedException(502, "This node has no range of addresses yet; cilium status says what it waits for. Ask again later."),
        null or "" => [.. ipam.LocalPools().Select(pool => pool.Cidr.Family).Distinct()],
        "ipv4" => [AddressFamily.InterNetwork],
        "ipv6" => [AddressFamily.InterNetworkV6],
        _ => throw new RefusedException(400, $"family: \"{TextShown.Of(family)}\". Accepted: ipv4, ipv6, or nothing for every family that is enabled."),
    };

    private static RefusedException Refusal(IpamResult result) => new(
        result.Refusal switch { IpamRefusal.AddressInUse or IpamRefusal.OwnerHasAnother => 409, IpamRefusal.PoolExhausted => 502, _ => 400 },
        result.Message ?? "");

    private static IpamResponse Answer(IpamService ipam, IReadOnlyList<IPAddress> granted) => new()
    {
        Address = new AddressPair
        {
            Ipv4 = granted.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork)?.ToString(),
            Ipv6 = granted.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetworkV6)?.ToString(),
        },
        HostAddressing = ipam.HostAddressing(),
    };

    private static NodeAddressingElement? Element(IpamService ipam, AddressFamily family) =>
        ipam.LocalPools().FirstOrDefault(pool => pool.Cidr.Family == family) is { } pool
            ? new NodeAddressingElement { Enabled = true, Ip = pool.Gateway.ToString(), AllocRange = pool.Cidr.ToString() }
            : null;
}
