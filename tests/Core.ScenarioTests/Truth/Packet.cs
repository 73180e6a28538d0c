using System.Net;

namespace Cilium.Framework.Core.ScenarioTests.Truth;

/// <summary>The first packet of a TCP flow.</summary>
/// <param name="From">Source address.</param>
/// <param name="To">Destination address.</param>
/// <param name="Port">Destination port.</param>
public sealed record Packet(IPAddress From, IPAddress To, ushort Port)
{
    /// <inheritdoc />
    public override string ToString() => $"{From} -> {To} tcp/{Port}";
}
