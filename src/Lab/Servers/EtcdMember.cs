using System.Net;

namespace Cilium.Framework.Lab.Servers;

/// <summary>One member of an <see cref="EtcdCluster"/>.</summary>
public sealed class EtcdMember : IDisposable
{
    private readonly EtcdServerSettings _settings;
    private readonly string _program;
    private readonly string _folder;
    private ServerProcess? _process;

    internal EtcdMember(EtcdServerSettings settings, string program, string folder, string name, (int Client, int Peer) ports)
    {
        (_settings, _program, _folder, Name) = (settings, program, folder, name);
        ClientUrl = new($"{(settings.Tls is null ? "http" : "https")}://{new IPEndPoint(settings.Address, ports.Client)}");
        PeerUrl = new($"http://{new IPEndPoint(settings.Address, ports.Peer)}");
        Api = new(ClientUrl, settings.Tls, settings.Namespace);
    }

    /// <summary>Its name in the cluster.</summary>
    public string Name { get; }

    /// <summary>Where clients reach it.</summary>
    public Uri ClientUrl { get; }

    /// <summary>Asks and commands it.</summary>
    public EtcdApi Api { get; }

    /// <summary>It runs, or is held.</summary>
    public bool IsRunning => _process is { IsRunning: true };

    /// <summary>It was held and not let go on.</summary>
    public bool IsHeld { get; private set; }

    internal Uri PeerUrl { get; }

    private ServerProcess Process => _process ?? throw new LabException($"etcd {Name} was not started.");

    /// <summary>Starts it over the data that it has; does not wait until it answers.</summary>
    /// <param name="cluster">All members, as <c>name=url,...</c>.</param>
    public void Start(string cluster)
    {
        if (IsRunning)
            throw new LabException($"etcd {Name} runs already.");
        _process?.Dispose();
        IsHeld = false;
        var (client, peer) = (ClientUrl.AbsoluteUri.TrimEnd('/'), PeerUrl.AbsoluteUri.TrimEnd('/'));
        _process = ServerProcess.Start(
            _program,
            [
                $"--name={Name}", $"--data-dir={DataFolder}", $"--listen-client-urls={client}", $"--advertise-client-urls={client}",
                $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}", $"--initial-cluster={cluster}", "--initial-cluster-state=new",
                "--log-level=warn", .. _settings.Tls?.Arguments() ?? [], .. _settings.Arguments,
            ],
            Path.Combine(_folder, $"{Name}.log"),
            _settings.Namespace);
    }

    /// <summary>Waits until it is healthy: it takes part in a cluster with a leader.</summary>
    /// <param name="timeout">How long.</param>
    /// <param name="ct">Gives up.</param>
    public Task WaitUntilHealthyAsync(TimeSpan timeout, CancellationToken ct) => Process.WaitUntilAsync(Api.IsHealthyAsync, timeout, ct);

    /// <summary>It leads the cluster, as far as it knows.</summary>
    /// <param name="ct">Gives up.</param>
    public async Task<bool> IsLeaderAsync(CancellationToken ct)
    {
        var status = await Api.PostAsync("maintenance/status", "{}", ct);
        return (string?)status["leader"] == (string?)status["header"]!["member_id"];
    }

    /// <summary>Ends it as a crash would (SIGKILL).</summary>
    /// <param name="ct">Gives up waiting.</param>
    public Task KillAsync(CancellationToken ct) => Process.KillAsync(ct);

    /// <summary>Asks it to end (SIGTERM) and waits for its end.</summary>
    /// <param name="ct">Gives up waiting.</param>
    public Task StopAsync(CancellationToken ct) => Process.StopAsync(ct);

    /// <summary>Holds it (SIGSTOP).</summary>
    public void Pause()
    {
        Process.Pause();
        IsHeld = true;
    }

    /// <summary>Lets it go on (SIGCONT).</summary>
    public void Resume()
    {
        Process.Resume();
        IsHeld = false;
    }

    /// <summary>Removes what it has stored; it must not run.</summary>
    public void WipeData()
    {
        if (IsRunning)
            throw new LabException($"etcd {Name} runs: kill it before its data is removed.");
        if (Directory.Exists(DataFolder))
            Directory.Delete(DataFolder, recursive: true);
    }

    /// <summary>Ends it if it still runs.</summary>
    public void Dispose()
    {
        _process?.Dispose();
        Api.Dispose();
    }

    private string DataFolder => Path.Combine(_folder, Name);
}
