using Cilium.Framework.Rows;

namespace Cilium.Framework.Routes;

/// <summary>A route, or one that should be there, and why.</summary>
/// <param name="Destination">Where it leads.</param>
/// <param name="Route">The route; null: there is none.</param>
/// <param name="State">What it is to this agent.</param>
/// <param name="Owner">Whose it is; null: nobody's, there is none.</param>
/// <param name="Why">Why it is there or is not, in words.</param>
internal sealed record LedgerLine(IpPrefix Destination, SeenRoute? Route, LedgerState State, string? Owner, string Why);
