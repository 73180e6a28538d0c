using Cilium.Framework.Routing.KubeRouter.GoBgp.Messages;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Reading;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp.Watching;

/// <summary>Reads what a watch is sent.</summary>
internal sealed class WatchReader(RouteReader routes)
{
    private const int EndOfInitial = 2, Changed = 3;

    public static bool IsEndOfInitial(WatchReply reply) => reply.Neighbour is { Type: EndOfInitial };

    public IEnumerable<BgpEvent> Read(WatchReply reply) => reply.EventCase switch
    {
        WatchReply.EventOneofCase.Neighbour when reply.Neighbour.Type == Changed && NeighbourReader.Read(reply.Neighbour.Neighbour) is { } neighbour =>
            [new BgpEvent.NeighbourChanged(neighbour.Address, neighbour.As, neighbour.State)],
        WatchReply.EventOneofCase.Routes => reply.Routes.Paths.Select(Read).OfType<BgpEvent>(),
        _ => [],
    };

    // A route that was withdrawn has no attributes, or those that it had.
    private BgpEvent? Read(RouteMessage message)
    {
        if (message.Withdrawn)
            return routes.ReadPrefix(message) is { } prefix ? new BgpEvent.RouteGone(prefix) : null;
        return routes.Read(message, isBest: true) is { } route ? new BgpEvent.RouteChosen(route) : null;
    }
}
