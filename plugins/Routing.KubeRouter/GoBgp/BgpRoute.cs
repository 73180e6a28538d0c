using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp;

/// <summary>A way to a prefix that the speaker knows.</summary>
/// <param name="Prefix">Where it leads.</param>
/// <param name="NextHop">The next router.</param>
/// <param name="Neighbour">From whom it was learnt; null: it is the speaker's own.</param>
/// <param name="AsPath">The autonomous systems on the way as routers write them, the nearest first: <c>65000 65001</c>, sets in braces; empty: none.</param>
/// <param name="Origin">How it came into BGP.</param>
/// <param name="IsBest">The speaker prefers it to every other way to the prefix.</param>
/// <param name="Since">When it was learnt, by the speaker's clock, in full seconds; null: it does not say.</param>
internal sealed record BgpRoute(IpPrefix Prefix, IPAddress NextHop, IPAddress? Neighbour, string AsPath, BgpOrigin Origin, bool IsBest, DateTimeOffset? Since)
{
    /// <summary>The speaker's own, and advertised from here or from a process before this one. Only lists tell it.</summary>
    public bool IsOurs { get; init; }
}
