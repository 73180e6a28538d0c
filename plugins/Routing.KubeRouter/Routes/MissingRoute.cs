using System.Net;
using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Routing.KubeRouter.Session;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Routes;

/// <summary>Why there is no route to a range of another node, as far as the GoBGP knows.</summary>
internal static class MissingRoute
{
    /// <summary>Most peers that a text names.</summary>
    private const int MostPeers = 5;

    /// <param name="row">The range.</param>
    /// <param name="known">Rows of all ranges: a session over one of a node's addresses tells ranges of both families.</param>
    /// <param name="view">What the GoBGP has told.</param>
    /// <param name="settings">The settings.</param>
    /// <returns>A sentence or more, without a capital letter at its beginning.</returns>
    public static string Why(NodeRouteRow row, IEnumerable<NodeRouteRow> known, SpeakerView view, KubeRouterSettings settings)
    {
        if (view.Failure is { } failure)
            return failure;
        var gobgp = $"gobgp {settings.GoBgp.Address}";
        if (view.Find(row.PodCidr) is { } told)
            return told.Neighbour is null ? $"{gobgp} has it as a route of this node. Look which nodes have the range." : NotInKernel(gobgp, told, settings);
        var peers = view.Neighbours;
        if (peers.Count == 0)
            return $"{gobgp} has no peers. Look in kube-router's log whether it sees the other nodes.";
        var addresses = known.Where(other => other.Node == row.Node).Select(other => other.NextHop).OfType<IPAddress>().Prepend(row.NextHop!).Distinct().ToList();
        if (addresses.Select(address => peers.FirstOrDefault(peer => peer.Address.Equals(address))).FirstOrDefault(peer => peer is not null) is not { } peer)
            return $"{gobgp} has no peer {string.Join(" or ", addresses)}, and none of its peers tells the range: {Names(peers)}. Look in kube-router's log whether it sees node {row.Node}.";
        if (peer.State != BgpSessionState.Established)
            return $"{gobgp}: the session with the node's peer {Name(peer)} is {Word(peer.State)}{WrongAs(peer, view)}. Look whether kube-router runs on node {row.Node} and whether TCP port 179 is open between the nodes.";
        return $"{gobgp}: the node's peer {Name(peer)} is established and does not tell the range. Look which range kube-router has on node {row.Node}, and whether it advertises it.";
    }

    /// <summary>A peer, its AS and how far its session is.</summary>
    public static string Names(IReadOnlyList<BgpEvent.NeighbourChanged> peers) =>
        string.Join(", ", peers.Take(MostPeers).Select(peer => $"{Name(peer)} {Word(peer.State)}")) + (peers.Count > MostPeers ? $" and {peers.Count - MostPeers} more" : "");

    private static string NotInKernel(string gobgp, BgpRoute known, KubeRouterSettings settings) => settings.InstallRoutes
        ? $"{gobgp} tells it, through {known.NextHop}, and the kernel has it not yet."
        : $"{gobgp} tells it, through {known.NextHop} from peer {known.Neighbour}, and it is not in the kernel. kube-router does not run, still starts, or leaves it out (--enable-overlay=false, and the node in another subnet); where a gobgpd runs without kube-router, set {settings.Path}:install-routes to true.";

    // All nodes of kube-router are of one AS unless each was given its own.
    private static string WrongAs(BgpEvent.NeighbourChanged peer, SpeakerView view) =>
        view.Speaker is { } speaker && speaker.As != peer.As ? $"; this node is of AS {speaker.As}, so check that the other is of AS {peer.As}" : "";

    private static string Name(BgpEvent.NeighbourChanged peer) => $"{peer.Address} (AS {peer.As})";

    private static string Word(BgpSessionState state) => state.ToString().ToLowerInvariant();
}
