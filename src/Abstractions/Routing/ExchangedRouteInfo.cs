using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing;

/// <summary>A route that the daemon knows.</summary>
/// <param name="Prefix">Where it leads.</param>
/// <param name="NextHop">The next router.</param>
/// <param name="From">The peer that told it; null: this node.</param>
/// <param name="AsPath">Autonomous systems on the way as routers write them, the nearest first; empty: none.</param>
/// <param name="IsBest">The one that the daemon uses, of several to one prefix.</param>
public sealed record ExchangedRouteInfo(IpPrefix Prefix, IPAddress NextHop, IPAddress? From, string AsPath, bool IsBest);
