namespace Cilium.Framework.EndToEnd.Tests.Routing;

[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class JumboTunnelTests(JumboTunnelNodes nodes) : UnderlayTests(nodes), IClassFixture<JumboTunnelNodes>;
