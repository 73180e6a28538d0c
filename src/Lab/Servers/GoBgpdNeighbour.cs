using System.Net;

namespace Cilium.Framework.Lab.Servers;

/// <summary>A neighbour of a <see cref="GoBgpd"/>.</summary>
/// <param name="Address">Its address.</param>
/// <param name="As">Number of its autonomous system.</param>
public sealed record GoBgpdNeighbour(IPAddress Address, uint As);
