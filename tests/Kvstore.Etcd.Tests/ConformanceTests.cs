using Cilium.Framework.Conformance.Kvstore;

namespace Cilium.Framework.Kvstore.Etcd.Tests;

/// <summary>The kit's suite over one server.</summary>
[Trait("Needs", "Root")]
public sealed class ConformanceTests(EtcdFixture servers) : EtcdConformance(servers), IClassFixture<EtcdFixture>;

/// <summary>The kit's suite over three servers.</summary>
[Trait("Needs", "Root")]
public sealed class ClusterConformanceTests(ThreeMembers servers) : EtcdConformance(servers), IClassFixture<ThreeMembers>;

/// <summary>What both have in common.</summary>
public abstract class EtcdConformance(EtcdFixture servers) : KvstoreConformance
{
    protected override IStoreServer? Server => new StoreServer(servers.Cluster);

    protected override async ValueTask<IKvstore> CreateAsync()
    {
        await servers.CleanAsync();
        return Stores.Create(servers.Settings);
    }

    protected override async ValueTask<bool> EndLeaseAsync(IKvLease lease)
    {
        await servers.Cluster.Members[0].Api.PostAsync("lease/revoke", $$"""{"ID":"{{((EtcdLease)lease).Id}}"}""", TestContext.Current.CancellationToken);
        return true;
    }

    protected override ValueTask<IKvstore?> ReopenAsync() => new(Stores.Create(servers.Settings));

    protected override ValueTask<IKvstore?> ConnectAnotherAsync() => new(Stores.Create(servers.Settings));

    // The content is the server's: the fault tests kill it instead.
    protected override void NotApplicable(string reason) => Assert.Contains(
        reason,
        (string[])["AfterCrashAsync gives null: what a crash leaves cannot be looked at", .. servers.Cluster.Members.Count == 1 ? (string[])["the server has no cluster of 3 members"] : []]);
}
