namespace Cilium.Framework.EndToEnd.Tests.Stores;

[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class ConsulStoreTests(ConsulStore store) : StoreTests(store), IClassFixture<ConsulStore>;
