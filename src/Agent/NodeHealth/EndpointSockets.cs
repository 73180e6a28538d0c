using System.Globalization;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>Descriptors of sockets that were opened inside the health endpoint's namespace, while the process might still enter it. They reach the confined agent over its execution.</summary>
/// <param name="Netlink">Its devices and routes.</param>
/// <param name="Listener">A TCP socket of both families, not bound yet.</param>
/// <param name="IPv4Echo">A raw socket.</param>
/// <param name="IPv6Echo">A raw socket.</param>
/// <param name="IPv4">TCP sockets, not connected.</param>
/// <param name="IPv6">TCP sockets, not connected.</param>
internal sealed record EndpointSockets(int Netlink, int Listener, int IPv4Echo, int IPv6Echo, IReadOnlyList<int> IPv4, IReadOnlyList<int> IPv6)
{
    /// <summary>Environment variable that carries the numbers.</summary>
    public const string Variable = "CILIUM_HEALTH_SOCKETS";

    /// <summary>Numbers before the lists.</summary>
    private const int Single = 4;

    /// <summary>The numbers, those of the TCP sockets last and half of them of each family.</summary>
    public override string ToString() => string.Join(',', new[] { Netlink, Listener, IPv4Echo, IPv6Echo }.Concat(IPv4).Concat(IPv6).Select(number => number.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <param name="text">The text; null or empty: there are none.</param>
    /// <returns>Null: there are none.</returns>
    public static EndpointSockets? Read(string? text)
    {
        var numbers = new List<int>();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return null;
            numbers.Add(number);
        }

        if (numbers.Count <= Single || (numbers.Count - Single) % 2 != 0)
            return null;
        var half = (numbers.Count - Single) / 2;
        return new EndpointSockets(numbers[0], numbers[1], numbers[2], numbers[3], numbers[Single..(Single + half)], numbers[(Single + half)..]);
    }
}
