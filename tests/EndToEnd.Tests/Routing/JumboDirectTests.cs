namespace Cilium.Framework.EndToEnd.Tests.Routing;

[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class JumboDirectTests(JumboDirectNodes nodes) : UnderlayTests(nodes), IClassFixture<JumboDirectNodes>;
