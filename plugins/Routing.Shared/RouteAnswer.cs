using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;
using Cilium.Framework.Reconciliation;

namespace Cilium.Framework.Routing.Shared;

/// <summary>What a row comes to in the kernel: a route, none, or a refusal that leaves everything as it is.</summary>
internal readonly record struct RouteAnswer
{
    /// <summary>No route: somebody else carries the packets. One of ours that is there goes.</summary>
    public static readonly RouteAnswer None;

    /// <summary>The route; null: none, or refused.</summary>
    public Route? Route { get; private init; }

    /// <summary>Why there can be none now; done: not refused.</summary>
    public RowOutcome Refusal { get; private init; }

    /// <summary>A route, as the kernel is to hold it.</summary>
    public static RouteAnswer To(Route route) => new() { Route = route };

    /// <summary>A refusal.</summary>
    /// <param name="kind">Decides whether the row is tried again.</param>
    /// <param name="text">What failed on which object, and what to do.</param>
    public static RouteAnswer Refused(ErrorKind kind, string text) => new() { Refusal = RowOutcome.Failed(kind, text) };
}
