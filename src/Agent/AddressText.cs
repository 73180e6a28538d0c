using System.Diagnostics.CodeAnalysis;
using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent;

/// <summary>Addresses as people write them: .NET also reads "10" and "10.1" as addresses, which nobody means.</summary>
internal static class AddressText
{
    /// <summary>The one place where the agent's API reads addresses.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out IPAddress? address)
    {
        var isAddress = IpPrefix.TryParse(text, out var prefix) && !text.Contains('/', StringComparison.Ordinal);
        address = isAddress ? prefix.Address : null;
        return isAddress;
    }

    /// <summary>Whether an address can be one host's own.</summary>
    public static bool IsHost(IPAddress address) =>
        !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) && !address.Equals(IPAddress.Broadcast)
        && !address.IsIPv6Multicast && !IpPrefix.Parse("224.0.0.0/4").Contains(address);
}
