namespace Cilium.Framework.EndToEnd.Tests.Routing;

[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class DirectNodeChangeTests(DirectNodes nodes) : NodeChangeTests(nodes), IClassFixture<DirectNodes>;
