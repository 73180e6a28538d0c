namespace Cilium.Framework.EndToEnd.Tests.Routing;

[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class IPv6TunnelTests(IPv6TunnelNodes nodes) : UnderlayTests(nodes), IClassFixture<IPv6TunnelNodes>;
