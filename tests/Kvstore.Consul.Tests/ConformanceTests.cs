using Cilium.Framework.Conformance.Kvstore;
using Cilium.Framework.Kvstore.Consul.Leases;
using Cilium.Framework.Kvstore.Consul.Tests.Servers;

namespace Cilium.Framework.Kvstore.Consul.Tests;

[Trait("Needs", "Root")]
public sealed class OneServerConformanceTests(OneServer server) : ConsulConformance(server), IClassFixture<OneServer>;

[Trait("Needs", "Root")]
public sealed class ThreeServersConformanceTests(ThreeServers servers) : ConsulConformance(servers), IClassFixture<ThreeServers>;

public abstract class ConsulConformance(ConsulServers servers) : KvstoreConformance
{
    // Every commit of a server is on its disk first, and the suite shares the machine with others.
    protected override TimeSpan Patience => TimeSpan.FromSeconds(20);

    // A cluster elects a leader, and a session of a member that was held lives twice its time.
    protected override TimeSpan FaultPatience => TimeSpan.FromSeconds(60);

    protected override IStoreServer Server => servers;

    protected override void NotApplicable(string reason) => Assert.Contains(
        reason, servers.Members == 1 ? ["CompactAsync gives false: the server keeps no history", "the server has no cluster of 3 members"] : (string[])["CompactAsync gives false: the server keeps no history"]);

    protected override async ValueTask<IKvstore> CreateAsync()
    {
        await servers.EmptyAsync();
        return servers.NewStore();
    }

    protected override async ValueTask<bool> EndLeaseAsync(IKvLease lease)
    {
        await servers.DestroyAsync(((ConsulLease)lease).Session);
        return true;
    }

    protected override ValueTask<IKvstore?> ReopenAsync() => new(servers.NewStore());

    protected override ValueTask<IKvstore?> ConnectAnotherAsync() => new(servers.NewStore());

    protected override async ValueTask<IKvstore?> AfterCrashAsync()
    {
        for (var member = 0; member < servers.Members; member++)
            await servers.KillAsync(member, TestContext.Current.CancellationToken);
        await servers.RecoverAsync();
        return servers.NewStore();
    }
}
