using Cilium.Framework.Kvstore.Consul.Tests.Servers;
using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests.Stores;

public sealed class ConsulStore : SharedStore
{
    protected override void RequireServers() => RequireConsul.Program();

    protected override Task<StoreServers> StartServersAsync(LabCluster lab, string folder, CancellationToken ct) => ConsulServers.StartAsync(lab, folder, ct);
}
