namespace Cilium.Framework.EndToEnd.Tests.Routing;

public class DirectNodes : RoutedNodes
{
    protected override IReadOnlyList<string> Routing => ["routing.provider=direct", "routing.direct.auto-direct-node-routes=true"];
}
