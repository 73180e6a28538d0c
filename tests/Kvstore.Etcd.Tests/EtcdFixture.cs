using Cilium.Framework.Lab.Servers;

namespace Cilium.Framework.Kvstore.Etcd.Tests;

/// <summary>Servers that the tests of one class share. Each test begins with all of them healthy and without keys.</summary>
public class EtcdFixture : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private EtcdCluster? _cluster;

    public EtcdCluster Cluster => _cluster ?? throw new InvalidOperationException("The servers were not started.");

    protected virtual EtcdServerSettings Servers { get; } = new();

    public async ValueTask InitializeAsync()
    {
        if (EtcdProgram.Find() is not null)
            _cluster = await EtcdCluster.StartAsync(_folder.Path, Servers, TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _cluster?.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Repairs what the test before has broken and removes all keys.</summary>
    public async Task CleanAsync()
    {
        RequireEtcd.Now();
        var stop = TestContext.Current.CancellationToken;
        for (var i = 0; i < Cluster.Members.Count; i++)
        {
            if (Cluster.Members[i].IsRunning)
                Cluster.Members[i].Resume();
            else
                Cluster.Start(i);
        }

        await Cluster.WaitUntilHealthyAsync(stop);
        await Cluster.Members[0].Api.DeleteAllAsync(stop);
    }

    internal async Task<EtcdKvstore> OpenAsync(EtcdSettings? settings = null, Grpc.Core.Interceptors.Interceptor? interceptor = null) =>
        await Stores.OpenAsync(settings ?? Settings, interceptor);

    internal EtcdSettings Settings => Stores.SettingsOf(Cluster);
}

/// <summary>Three servers.</summary>
public sealed class ThreeMembers : EtcdFixture
{
    protected override EtcdServerSettings Servers { get; } = new() { Members = 3 };
}
