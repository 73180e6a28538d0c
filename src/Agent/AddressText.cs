using System.Diagnostics.CodeAnalysis;
using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent;

/// <summary>Addresses as people write them: .NET also reads "10" and "10.1" as addresses, which nobody means.</summary>
internal static class AddressText
{
    public static bool TryParse(string? text, [NotNullWhen(true)] out IPAddress? address)
    {
        var isAddress = IpPrefix.TryParse(text, out var prefix) && !text.Contains('/', StringComparison.Ordinal);
        address = isAddress ? prefix.Address : null;
        return isAddress;
    }
}
