using System.Net;

namespace Cilium.Framework.Lab.Servers;

/// <summary>A neighbour of a <see cref="Bird"/>. Prefixes of its address's family are exchanged.</summary>
/// <param name="Address">Its address.</param>
/// <param name="As">Number of its autonomous system.</param>
public sealed record BirdNeighbour(IPAddress Address, uint As);
