using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Cilium.Framework.Lab.Servers;

/// <summary>One server of a cluster: its ports and its process.</summary>
internal sealed class ConsulMember(ConsulOptions options, int number) : IDisposable
{
    private readonly int[] _ports = FreePorts(options);
    private ServerProcess? _process;

    public Uri Address => new($"{(options.Tls is null ? "http" : "https")}://{options.Address}:{_ports[0]}");

    public string Gossip => $"{options.Address}:{_ports[2]}";

    public string Data => Path.Combine(options.Folder, $"consul{number}");

    public ServerProcess Process => _process ?? throw new LabException($"Consul server {number} was not started.");

    public void Start(IEnumerable<string> others)
    {
        _process?.Dispose();
        string[] arguments =
        [
            "agent", "-server", $"-bootstrap-expect={options.Members}", $"-data-dir={Data}", "-bind", options.Address.ToString(), "-client", options.Address.ToString(), "-node", $"n{number}", "-raft-protocol", "3",
            "-http-port", options.Tls is null ? Port(0) : "-1", "-https-port", options.Tls is null ? "-1" : Port(0), "-dns-port", "-1",
            "-server-port", Port(1), "-serf-lan-port", Port(2), "-serf-wan-port", Port(3), "-retry-interval", "1s", .. others.SelectMany(other => (string[])["-retry-join", other]),
            "-hcl", "performance { raft_multiplier = 1 }", "-hcl", "disable_update_check = true", "-hcl", "autopilot { cleanup_dead_servers = false }", "-hcl", "limits { http_max_conns_per_client = 1000 }",
            .. Acl(), .. Tls(),
        ];
        _process = ServerProcess.Start(options.Program, arguments, Path.Combine(options.Folder, $"consul{number}.log"), options.NetworkNamespace);
    }

    public void Dispose() => _process?.Dispose();

    private IEnumerable<string> Acl() => options.ManagementToken is not { } token
        ? []
        : ["-hcl", $"acl {{ enabled = true\n default_policy = \"deny\"\n tokens {{ master = \"{token}\"\n agent = \"{token}\" }} }}"];

    private IEnumerable<string> Tls() => options.Tls is not { } tls
        ? []
        : ["-hcl", $"ca_file = \"{tls.CaFile}\"\n cert_file = \"{tls.CertFile}\"\n key_file = \"{tls.KeyFile}\"\n verify_incoming_https = {(tls.VerifyClients ? "true" : "false")}"];

    private string Port(int index) => _ports[index].ToString(CultureInfo.InvariantCulture);

    // All are held until all are known, so that they differ.
    private static int[] FreePorts(ConsulOptions options) => options.NetworkNamespace is { } network ? network.Run(() => FreePorts(options.Address)) : FreePorts(options.Address);

    private static int[] FreePorts(IPAddress address)
    {
        var listeners = Enumerable.Range(0, 4).Select(_ => new TcpListener(address, 0)).ToArray();
        try
        {
            foreach (var listener in listeners)
                listener.Start();
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (var listener in listeners)
                listener.Dispose();
        }
    }
}
