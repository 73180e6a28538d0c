namespace Cilium.Framework.EndToEnd.Tests.Stores;

[Collection("lab")]
[Trait("Needs", "Root")]
public sealed class EtcdStoreTests(EtcdStore store) : StoreTests(store), IClassFixture<EtcdStore>;
