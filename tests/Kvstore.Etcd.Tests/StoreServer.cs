using Cilium.Framework.Conformance.Kvstore;
using Cilium.Framework.Lab;
using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.Kvstore.Etcd.Tests;

/// <summary>The servers, for the suite to hurt.</summary>
internal sealed class StoreServer(EtcdCluster cluster) : IStoreServer
{
    public int Members => cluster.Members.Count;

    public Task KillAsync(int member, CancellationToken cancellationToken) => cluster.Members[member].KillAsync(cancellationToken);

    public Task StartAsync(int member, CancellationToken cancellationToken)
    {
        cluster.Start(member);
        return Task.CompletedTask;
    }

    public void Pause(int member) => cluster.Members[member].Pause();

    public void Resume(int member) => cluster.Members[member].Resume();

    public async Task<bool> CompactAsync(CancellationToken cancellationToken)
    {
        // The suite may have killed or held one of them.
        var member = cluster.Members.First(member => member is { IsRunning: true, IsHeld: false });
        try
        {
            await member.Api.CompactAsync(cancellationToken);
        }
        catch (LabException error) when (error.Message.Contains("has been compacted", StringComparison.Ordinal))
        {
            // Nothing was written since the last time.
        }

        return true;
    }
}
