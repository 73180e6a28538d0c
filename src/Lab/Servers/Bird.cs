using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Cilium.Framework.Lab.Servers;

/// <summary>A real BIRD 2: a router outside the cluster that installs in the kernel what its neighbours tell.</summary>
public sealed class Bird : IDisposable
{
    private static readonly TimeSpan StartsWithin = Patience.Of(TimeSpan.FromSeconds(30));
    private readonly BirdSettings _settings;
    private ServerProcess? _process;

    private Bird(BirdSettings settings) => _settings = settings;

    private string Socket => Path.Combine(_settings.Folder, "bird.ctl");

    // Libraries that the machine does not have lie beside the program.
    private Dictionary<string, string> Environment => new() { ["LD_LIBRARY_PATH"] = string.Join(':', Directory.EnumerateDirectories(Path.Combine(_settings.Program, "usr", "lib"), "*-linux-gnu")) };

    /// <summary>Starts one and waits until it answers.</summary>
    /// <param name="settings">How.</param>
    /// <param name="ct">Gives up and ends it.</param>
    /// <exception cref="LabException">It ended, or did not answer in time; carries the end of its log.</exception>
    public static async Task<Bird> StartAsync(BirdSettings settings, CancellationToken ct)
    {
        var server = new Bird(settings);
        try
        {
            await server.StartAsync(ct);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Asks it (<c>birdcl</c>), such as <c>show protocols</c>.</summary>
    /// <param name="ct">Gives up.</param>
    /// <param name="words">The command.</param>
    /// <returns>What it printed.</returns>
    /// <exception cref="LabException">It does not answer.</exception>
    public Task<string> CommandAsync(CancellationToken ct, params string[] words) =>
        ServerCommand.RunAsync(Path.Combine(_settings.Program, "usr", "sbin", "birdcl"), ["-s", Socket, .. words], networkNamespace: null, ct, Environment);

    /// <summary>Every route that it has, of both families.</summary>
    /// <param name="ct">Gives up.</param>
    public async Task<IReadOnlyList<BirdRoute>> ListRoutesAsync(CancellationToken ct) => BirdRoutes.Read(await CommandAsync(ct, "show", "route"));

    /// <summary>Ends it as a crash would (SIGKILL).</summary>
    /// <param name="ct">Gives up waiting.</param>
    public Task KillAsync(CancellationToken ct) => _process!.KillAsync(ct);

    /// <summary>The last lines of its log.</summary>
    public string LogTail() => _process!.LogTail();

    /// <summary>Ends it if it still runs.</summary>
    public void Dispose() => _process?.Dispose();

    private async Task StartAsync(CancellationToken ct)
    {
        var configuration = Path.Combine(_settings.Folder, "bird.conf");
        await File.WriteAllTextAsync(configuration, Configuration(), ct);
        _process = ServerProcess.Start(
            Path.Combine(_settings.Program, "usr", "sbin", "bird"), ["-f", "-c", configuration, "-s", Socket], Path.Combine(_settings.Folder, "bird.log"), _settings.Namespace, Environment);
        await _process.WaitUntilAsync(async token => (await CommandAsync(token, "show", "status")).Contains("up and running", StringComparison.Ordinal), StartsWithin, ct);
    }

    private string Configuration()
    {
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $$"""
            log stderr all;
            router id {{_settings.RouterId}};
            protocol device { scan time 1; }
            protocol kernel kernel4 { ipv4 { import none; export where source = RTS_BGP; }; }
            protocol kernel kernel6 { ipv6 { import none; export where source = RTS_BGP; }; }
            protocol static static4 { ipv4; {{Statics(AddressFamily.InterNetwork)}} }
            protocol static static6 { ipv6; {{Statics(AddressFamily.InterNetworkV6)}} }
            """);
        foreach (var (neighbour, number) in _settings.Neighbours.Select((neighbour, index) => (neighbour, index + 1)))
        {
            var family = neighbour.Address.AddressFamily == AddressFamily.InterNetworkV6 ? "ipv6" : "ipv4";
            text.AppendLine(CultureInfo.InvariantCulture, $$"""
                protocol bgp peer{{number}} {
                    local as {{_settings.As}};
                    neighbor {{neighbour.Address}} as {{neighbour.As}};
                    connect retry time 1; connect delay time 1; error wait time 1, 2; hold time 9; keepalive time 3;
                    {{family}} { import all; export where source = RTS_STATIC; };
                }
                """);
        }

        return text.ToString();
    }

    private string Statics(AddressFamily family) =>
        string.Join(' ', _settings.Originates.Where(prefix => prefix.BaseAddress.AddressFamily == family).Select(prefix => $"route {prefix} blackhole;"));
}
