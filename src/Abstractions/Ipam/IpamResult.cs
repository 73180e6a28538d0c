using System.Net;

namespace Cilium.Framework.Ipam;

/// <summary>An address, or why there is none.</summary>
public sealed record IpamResult
{
    private IpamResult()
    {
    }

    /// <summary>The address; null when refused.</summary>
    public IPAddress? Address { get; private init; }

    /// <summary>Next hop of the address; null when refused.</summary>
    public IPAddress? Gateway { get; private init; }

    /// <summary>Prefix length to configure: 32 or 128.</summary>
    public int PrefixLength => Address?.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? 128 : 32;

    /// <summary>Why there is none; null when granted.</summary>
    public IpamRefusal? Refusal { get; private init; }

    /// <summary>The refusal in words: pool, address, owner, what to do; null when granted.</summary>
    public string? Message { get; private init; }

    /// <summary>An address was given.</summary>
    /// <param name="address">The address.</param>
    /// <param name="gateway">Next hop of the address.</param>
    public static IpamResult Granted(IPAddress address, IPAddress gateway) => new() { Address = address, Gateway = gateway };

    /// <summary>No address was given; nothing changed.</summary>
    /// <param name="refusal">Why.</param>
    /// <param name="message">The same in words: pool, address, owner, what to do.</param>
    public static IpamResult Refused(IpamRefusal refusal, string message) => new() { Refusal = refusal, Message = message };
}
