using Cilium.Framework.Lab;

namespace Cilium.Framework.EndToEnd.Tests.Stores;

/// <summary>Three nodes that share a store, for all tests of a class. Begins with the first test and is healed before each.</summary>
public abstract class SharedStore : IAsyncDisposable
{
    /// <summary>What servers accept clients on.</summary>
    public const int Port = 7000;

    /// <summary>What they accept clients on too.</summary>
    public const int SecondPort = 7001;

    /// <summary>What they accept nobody on.</summary>
    public const int ClosedPort = 7002;

    /// <summary>How many nodes there are.</summary>
    protected const int Count = 3;
    private static int _number;

    private readonly TemporaryFolder _folder = new();
    private LabCluster? _lab;
    private StoreServers? _servers;
    private bool _isComplete;

    public StoreServers Servers => _servers ?? throw new InvalidOperationException("The servers were not started.");

    public IReadOnlyList<LabNode> Nodes => _lab?.Nodes ?? [];

    /// <summary>Starts what does not run, and waits until every node sees all that the others have.</summary>
    public virtual async Task HealAsync(CancellationToken ct)
    {
        if (!_isComplete)
            await BuildAsync(ct);
        await Servers.RunAsync(ct);
        foreach (var node in Nodes.Where(node => !node.IsRunning || node.Agent.HasEnded))
            await node.StartAgentAsync(ct);
        await ClusterView.AllSeeEverythingAsync(Nodes, seconds: 20);
    }

    /// <summary>Shows what the agents logged when the test has failed.</summary>
    public void ShowLogsOfFailure()
    {
        if (TestContext.Current.TestState?.Result != TestResult.Failed)
            return;
        foreach (var node in Nodes)
            TestContext.Current.SendDiagnosticMessage($"{node.Folder}:\n{string.Join('\n', node.LogTail().Split('\n').Where(line => !line.StartsWith("   at ", StringComparison.Ordinal)))}");
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_lab is not null)
            await _lab.DisposeAsync();
        _servers?.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Skips the test when its programs are missing.</summary>
    protected abstract void RequireServers();

    protected abstract Task<StoreServers> StartServersAsync(LabCluster lab, string folder, CancellationToken ct);

    /// <summary>Further settings of every agent, each <c>key=value</c>; of one key the last counts.</summary>
    protected virtual IReadOnlyList<string> Settings => [];

    /// <summary>The pods of every node, each named like its label app.</summary>
    protected virtual IReadOnlyList<string> Apps => ["client", "server"];

    /// <summary>Starts on a node what its agent needs beside it.</summary>
    protected virtual Task StartBesideAgentAsync(LabNetwork node, string folder, CancellationToken ct) => Task.CompletedTask;

    /// <summary>How the machines are wired.</summary>
    protected virtual LabCluster Create(string name) => LabCluster.Create(name);

    /// <summary>The wired machines, once they are built.</summary>
    protected LabCluster Lab => _lab ?? throw new InvalidOperationException("The cluster was not built.");

    private async Task BuildAsync(CancellationToken ct)
    {
        RequireServers();
        TestLab.RequireAll();
        Assert.True(_lab is null, "The cluster of this class could not be built; an earlier test says why.");
        _lab = Create($"k{Environment.ProcessId}-{Interlocked.Increment(ref _number)}");
        var servers = Directory.CreateDirectory(_folder["servers"]).FullName;
        _servers = await StartServersAsync(_lab, servers, ct);
        await _lab.StartNodesAsync(Count, TestLab.Layout, _folder.Path, [.. TestLab.Variant, .. Servers.Settings, .. Settings], ct, (node, token) => StartBesideAgentAsync(node, servers, token));
        await Task.WhenAll(Nodes.Select(node => FurnishAsync(node, ct)));
        _isComplete = true;
    }

    private async Task FurnishAsync(LabNode node, CancellationToken ct)
    {
        foreach (var app in Apps)
            await node.AddPodAsync(app, [$"k8s:app={app}"], ct);
        await TestLab.ImportAsync(node, $"{Policies.ServerAcceptsClient(Port)}\n---\n{Policies.ServerAcceptsClient(SecondPort, "second")}");
    }
}
