namespace Cilium.Framework.EndToEnd.Tests.Routing;

[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class TunnelNodeChangeTests(TunnelNodes nodes) : NodeChangeTests(nodes), IClassFixture<TunnelNodes>;
