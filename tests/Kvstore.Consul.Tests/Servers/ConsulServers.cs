using System.Text.Json;
using Cilium.Framework.Conformance.Kvstore;
using Cilium.Framework.Lab.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cilium.Framework.Kvstore.Consul.Tests.Servers;

/// <summary>Servers that the tests of a class share. Each test begins with <see cref="EmptyAsync"/>.</summary>
public abstract class ConsulServers(int members) : IAsyncDisposable, IStoreServer
{
    private readonly TemporaryFolder _folder = new();
    private readonly HashSet<int> _held = [];
    private ConsulCluster? _cluster;

    public int Members => members;

    internal ConsulCluster Cluster => _cluster ?? throw new InvalidOperationException("EmptyAsync was not called.");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Ends a session behind its holder's back.</summary>
    public async Task DestroyAsync(string session) =>
        (await Cluster.Client.PutAsync(new Uri(Cluster.Addresses[0], $"/v1/session/destroy/{session}"), null, Stop)).EnsureSuccessStatusCode();

    /// <summary>Starts what does not run, and removes keys and sessions.</summary>
    public async Task EmptyAsync()
    {
        _cluster ??= await ConsulCluster.StartAsync(new(RequireConsul.Program(), _folder.Path) { Members = members }, Stop);
        await RecoverAsync();
        var address = Cluster.Addresses[0];
        using (var sessions = JsonDocument.Parse(await Cluster.Client.GetStringAsync(new Uri(address, "/v1/session/list?consistent"), Stop)))
        {
            foreach (var session in sessions.RootElement.EnumerateArray())
                await DestroyAsync(session.GetProperty("ID").GetString()!);
        }

        (await Cluster.Client.DeleteAsync(new Uri(address, "/v1/kv/?recurse"), Stop)).EnsureSuccessStatusCode();
    }

    /// <summary>Every member runs and answers.</summary>
    public async Task RecoverAsync()
    {
        foreach (var member in _held.ToArray())
            Resume(member);
        for (var member = 0; member < members; member++)
        {
            if (!Cluster.IsRunning(member))
                Cluster.Start(member);
        }

        await Cluster.WaitUntilReadyAsync(Stop);
    }

    internal ConsulKvstore NewStore() => new(new() { Addresses = Cluster.Addresses }, TimeProvider.System, NullLogger.Instance);

    public Task KillAsync(int member, CancellationToken cancellationToken) => Cluster.KillAsync(member, cancellationToken);

    public Task StartAsync(int member, CancellationToken cancellationToken)
    {
        Cluster.Start(member);
        return Task.CompletedTask;
    }

    public void Pause(int member)
    {
        _held.Add(member);
        Cluster.Pause(member);
    }

    public void Resume(int member)
    {
        _held.Remove(member);
        Cluster.Resume(member);
    }

    public Task<bool> CompactAsync(CancellationToken cancellationToken) => Task.FromResult(false);

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        CleanUp.All(() => _cluster?.Dispose(), _folder.Dispose);
        return default;
    }
}

/// <summary>One server.</summary>
public sealed class OneServer() : ConsulServers(1);

/// <summary>Three servers; any of them may fail.</summary>
public sealed class ThreeServers() : ConsulServers(3);
