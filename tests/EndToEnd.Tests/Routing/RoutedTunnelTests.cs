namespace Cilium.Framework.EndToEnd.Tests.Routing;

[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class RoutedTunnelTests(RoutedTunnelNodes nodes) : UnderlayTests(nodes), IClassFixture<RoutedTunnelNodes>;
