using System.Net;
using Cilium.Framework.Routing.KubeRouter.GoBgp;
using Cilium.Framework.Routing.KubeRouter.GoBgp.Watching;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Routing.KubeRouter.Tests.Watching;

public sealed class KnownStateTests
{
    private static readonly IPAddress Neighbour = IPAddress.Parse("192.0.2.12");

    [Fact]
    public void What_changed_while_it_was_listed_is_worked_into_the_list()
    {
        var known = new KnownState();
        known.Add([new BgpNeighbour(Neighbour, 64512, BgpSessionState.Active, null, 0, 0, 0)]);
        known.Add([Route("10.2.0.0/24", "192.0.2.1"), Route("10.1.0.0/24", "192.0.2.1"), Route("10.3.0.0/24", "192.0.2.1"), Route("10.1.0.0/24", "192.0.2.9") with { IsBest = false }]);
        known.Apply(new BgpEvent.RouteChosen(Route("10.1.0.0/24", "192.0.2.2")));
        known.Apply(new BgpEvent.RouteChosen(Route("10.0.0.0/24", "192.0.2.2")));
        known.Apply(new BgpEvent.RouteGone(IpPrefix.Parse("10.2.0.0/24")));
        known.Apply(new BgpEvent.RouteGone(IpPrefix.Parse("10.9.0.0/24")));
        known.Apply(new BgpEvent.NeighbourChanged(Neighbour, 64512, BgpSessionState.Established));
        Assert.Equal(
            [
                new BgpEvent.NeighbourChanged(Neighbour, 64512, BgpSessionState.Established),
                new BgpEvent.RouteChosen(Route("10.0.0.0/24", "192.0.2.2")),
                new BgpEvent.RouteChosen(Route("10.1.0.0/24", "192.0.2.2")),
                new BgpEvent.RouteChosen(Route("10.3.0.0/24", "192.0.2.1")),
            ],
            known.Events());
    }

    private static BgpRoute Route(string prefix, string nextHop) => new(IpPrefix.Parse(prefix), IPAddress.Parse(nextHop), Neighbour, "", BgpOrigin.Igp, IsBest: true, null);
}
