using Cilium.Framework.Rows;

namespace Cilium.Framework.Agent.Exchange;

/// <summary>A prefix that somebody wrote: bits beyond its length are a mistake, and are not dropped.</summary>
internal static class PrefixText
{
    /// <exception cref="RefusedException">400.</exception>
    public static IpPrefix Read(string? text)
    {
        if (string.IsNullOrEmpty(text))
            throw new RefusedException(400, "prefix: missing. Accepted: 10.0.0.0/24, fd00::/64, or an address alone. Nothing was changed.");
        if (!IpPrefix.TryParse(text, out var prefix))
            throw new RefusedException(400, $"prefix: \"{TextShown.Of(text)}\" is none. Accepted: 10.0.0.0/24, fd00::/64, or an address alone. Nothing was changed.");
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0 && AddressText.TryParse(text[..slash], out var address) && !address.Equals(prefix.Address))
            throw new RefusedException(400, $"prefix: \"{TextShown.Of(text)}\" has bits beyond its length. Accepted: {prefix}, or {IpPrefix.Host(address)} for the one address. Nothing was changed.");
        return prefix;
    }
}
