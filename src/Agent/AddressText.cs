using System.Diagnostics.CodeAnalysis;
using System.Net;
using Cilium.Framework.Endpoints;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent;

/// <summary>Addresses as people write them: .NET also reads "10" and "10.1" as addresses, which nobody means.</summary>
internal static class AddressText
{
    /// <summary>The one place where the agent's API reads addresses.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out IPAddress? address) => IpPrefix.TryParseAddress(text, out address);

    /// <summary>Whether an address can be one host's own.</summary>
    public static bool IsHost(IPAddress address) => UnicastAddress.Problem(address) is null;
}
