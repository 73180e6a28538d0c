using System.Net;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp;

/// <summary>One report of a watch.</summary>
internal abstract record BgpEvent
{
    private BgpEvent()
    {
    }

    /// <summary>The best way to a prefix is this one now.</summary>
    /// <param name="Route">The way.</param>
    public sealed record RouteChosen(BgpRoute Route) : BgpEvent;

    /// <summary>There is no way to a prefix any more.</summary>
    /// <param name="Prefix">The prefix.</param>
    public sealed record RouteGone(IpPrefix Prefix) : BgpEvent;

    /// <summary>A neighbour's session is in this state now.</summary>
    /// <param name="Address">The neighbour.</param>
    /// <param name="As">Number of its autonomous system.</param>
    /// <param name="State">How far the session is.</param>
    public sealed record NeighbourChanged(IPAddress Address, uint As, BgpSessionState State) : BgpEvent;

    /// <summary>Everything that there was has been told; changes follow.</summary>
    public sealed record InitialDone : BgpEvent;
}
