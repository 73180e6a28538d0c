using System.Globalization;
using System.Net;

namespace Cilium.Framework.Core.ScenarioTests.Truth;

/// <summary>The first packet of a TCP flow.</summary>
/// <param name="From">Source address.</param>
/// <param name="To">Destination address.</param>
/// <param name="Port">Destination port.</param>
public sealed record Packet(IPAddress From, IPAddress To, ushort Port)
{
    /// <summary>Reads its addresses and its port.</summary>
    public static Packet Read(IReadOnlyList<string> words) => new(IPAddress.Parse(words[0]), IPAddress.Parse(words[1]), ushort.Parse(words[2], CultureInfo.InvariantCulture));

    /// <inheritdoc />
    public override string ToString() => $"{From} -> {To} tcp/{Port}";
}
