using System.Net;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp;

/// <summary>A neighbour of the speaker.</summary>
/// <param name="Address">Its address.</param>
/// <param name="As">Number of its autonomous system.</param>
/// <param name="State">How far the session is.</param>
/// <param name="Since">Since when it is up, or down, by the speaker's clock; null: it never was.</param>
/// <param name="Received">Prefixes that it has told, of all families.</param>
/// <param name="Accepted">Those of them that the speaker uses.</param>
/// <param name="Advertised">Prefixes that it was told.</param>
internal sealed record BgpNeighbour(IPAddress Address, uint As, BgpSessionState State, DateTimeOffset? Since, ulong Received, ulong Accepted, ulong Advertised);
