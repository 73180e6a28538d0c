using System.Net;

namespace Cilium.Framework.Lab.Servers;

/// <summary>A route that BIRD has.</summary>
/// <param name="Prefix">Where it leads.</param>
/// <param name="Via">The next router; null: none.</param>
/// <param name="Protocol">Name of the protocol that it came by: <c>peer1</c> is the first neighbour.</param>
public sealed record BirdRoute(IPNetwork Prefix, IPAddress? Via, string Protocol);
