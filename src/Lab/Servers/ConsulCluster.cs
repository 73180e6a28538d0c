using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Cilium.Framework.Lab.Servers;

/// <summary>Real Consul servers, with data that outlives them.</summary>
public sealed class ConsulCluster : IDisposable
{
    private static readonly TimeSpan StartsWithin = Patience.Of(TimeSpan.FromSeconds(60));

    private readonly ConsulOptions _options;
    private readonly ConsulMember[] _members;
    private readonly HttpClient _client;

    private ConsulCluster(ConsulOptions options)
    {
        _options = options;
        _members = [.. Enumerable.Range(0, options.Members).Select(number => new ConsulMember(options, number))];
        var handler = new SocketsHttpHandler { ConnectCallback = ConnectAsync };
#pragma warning disable CA5359 // The lab made these servers; whether their certificates are to be trusted is what the tests of a plugin are about.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        if (options.Tls is { } tls)
            handler.SslOptions.ClientCertificates = [X509Certificate2.CreateFromPemFile(tls.CertFile, tls.KeyFile)];
        _client = new(handler) { Timeout = TimeSpan.FromSeconds(10) };
        if (options.ManagementToken is { } token)
            _client.DefaultRequestHeaders.Add("X-Consul-Token", token);
    }

    /// <summary>How many servers there are.</summary>
    public int Members => _members.Length;

    /// <summary>Where each server's API is.</summary>
    public IReadOnlyList<Uri> Addresses => [.. _members.Select(member => member.Address)];

    /// <summary>Speaks to any server from where they are, with the management token; relative paths do not work.</summary>
    public HttpClient Client => _client;

    /// <summary>Starts the servers and waits until each of them answers and they have a leader.</summary>
    /// <param name="options">What kind of cluster.</param>
    /// <param name="ct">Gives up and ends them.</param>
    /// <exception cref="LabException">One ended, or did not answer in time; carries the end of its log.</exception>
    public static async Task<ConsulCluster> StartAsync(ConsulOptions options, CancellationToken ct)
    {
        Directory.CreateDirectory(options.Folder);
        var cluster = new ConsulCluster(options);
        try
        {
            for (var member = 0; member < cluster.Members; member++)
                cluster.Start(member);
            await cluster.WaitUntilReadyAsync(ct);
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>Starts a server that was killed, over the data that it had; does not wait until it answers.</summary>
    /// <param name="member">0-based.</param>
    public void Start(int member) => _members[member].Start(_members.Where((_, other) => other != member).Select(other => other.Gossip));

    /// <summary>Ends a server as a crash would (SIGKILL).</summary>
    /// <param name="member">0-based.</param>
    /// <param name="ct">Gives up waiting for its end.</param>
    public Task KillAsync(int member, CancellationToken ct) => _members[member].Process.KillAsync(ct);

    /// <summary>Holds a server (SIGSTOP).</summary>
    /// <param name="member">0-based.</param>
    public void Pause(int member) => _members[member].Process.Pause();

    /// <summary>Lets a held server go on (SIGCONT).</summary>
    /// <param name="member">0-based.</param>
    public void Resume(int member) => _members[member].Process.Resume();

    /// <summary>The server runs, or is held.</summary>
    /// <param name="member">0-based.</param>
    public bool IsRunning(int member) => _members[member].Process.IsRunning;

    /// <summary>Removes the data of a server that was killed: it will begin with nothing.</summary>
    /// <param name="member">0-based.</param>
    public void Wipe(int member) => Directory.Delete(_members[member].Data, recursive: true);

    /// <summary>Waits until every server answers reads that ask the leader.</summary>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="LabException">One ended, or did not answer in time; carries the end of its log.</exception>
    public async Task WaitUntilReadyAsync(CancellationToken ct)
    {
        foreach (var member in _members)
            await member.Process.WaitUntilAsync(token => AnswersAsync(member.Address, token), StartsWithin, ct);
    }

    /// <summary>Ends the servers.</summary>
    public void Dispose()
    {
        foreach (var member in _members)
            member.Dispose();
        _client.Dispose();
    }

    private async Task<bool> AnswersAsync(Uri address, CancellationToken ct)
    {
        using var response = await _client.GetAsync(new Uri(address, "/v1/kv/?keys&consistent"), ct);
        return response.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound && await CanWriteAsync(address, ct);
    }

    // A leader reads some time before its access rules and sessions are in place.
    private async Task<bool> CanWriteAsync(Uri address, CancellationToken ct)
    {
        using var body = new ByteArrayContent("""[{"KV":{"Verb":"delete","Key":"lab"}}]"""u8.ToArray());
        using var response = await _client.PutAsync(new Uri(address, "/v1/txn"), body, ct);
        return response.IsSuccessStatusCode;
    }

    // A socket stays in the namespace that it was made in.
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var socket = _options.NetworkNamespace is { } network ? network.Run(NewSocket) : NewSocket();
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Socket NewSocket() => new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
}
