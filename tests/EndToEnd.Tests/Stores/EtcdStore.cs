using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.EndToEnd.Tests.Stores;

public class EtcdStore : SharedStore
{
    protected virtual int Members => 1;

    /// <summary>Skips the test when etcd is missing.</summary>
    public static void Require()
    {
        if (EtcdProgram.Find() is not null)
            return;
        const string Reason = "this test needs etcd (eng/etcd.sh unpacks it)";
        if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
            Assert.Fail($"{Reason}, and CI is set");
        Assert.Skip(Reason);
    }

    protected override void RequireServers() => Require();

    protected override Task<StoreServers> StartServersAsync(LabCluster lab, string folder, CancellationToken ct) => EtcdServers.StartAsync(lab, Members, folder, ct);
}
