using System.Globalization;
using System.Text;

namespace Cilium.Framework.Lab.Servers;

/// <summary>A real GoBGP server. Keeps nothing over a restart but its configuration.</summary>
public sealed class GoBgpd : IDisposable
{
    private static readonly TimeSpan StartsWithin = Patience.Of(TimeSpan.FromSeconds(30));
    private readonly GoBgpdSettings _settings;
    private ServerProcess? _process;

    private GoBgpd(GoBgpdSettings settings) => _settings = settings;

    /// <summary>Path of the Unix socket on which it is asked from any namespace.</summary>
    public string Socket => Path.Combine(_settings.Folder, $"{_settings.Name}.sock");

    /// <summary>It runs, or is held.</summary>
    public bool IsRunning => _process is { IsRunning: true };

    private ServerProcess Process => _process ?? throw new LabException($"{_settings.Name} was not started.");

    /// <summary>Starts one and waits until it answers, with BGP started if it is to be.</summary>
    /// <param name="settings">How.</param>
    /// <param name="ct">Gives up and ends it.</param>
    /// <exception cref="LabException">It ended, or did not answer in time; carries the end of its log.</exception>
    public static async Task<GoBgpd> StartAsync(GoBgpdSettings settings, CancellationToken ct)
    {
        var server = new GoBgpd(settings);
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

    /// <summary>Starts it again after it was killed or stopped, and waits until it answers.</summary>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="LabException">It ended, or did not answer in time; carries the end of its log.</exception>
    public async Task StartAsync(CancellationToken ct)
    {
        if (IsRunning)
            throw new LabException($"{_settings.Name} runs already.");
        _process?.Dispose();
        // One that was killed leaves its socket, and nobody can listen on it again.
        File.Delete(Socket);
        string[] configuration = _settings.As is { } number ? ["-t", "toml", "-f", WriteConfiguration(number)] : [];
        _process = ServerProcess.Start(
            _settings.Program, [$"--api-hosts={_settings.Api},unix://{Socket}", "--pprof-disable", .. configuration], Path.Combine(_settings.Folder, $"{_settings.Name}.log"), _settings.Namespace);
        await _process.WaitUntilAsync(AnswersAsync, StartsWithin, ct);
    }

    /// <summary>Runs a command of <c>gobgp</c>, such as <c>global rib</c>.</summary>
    /// <param name="ct">Gives up and ends it.</param>
    /// <param name="arguments">Its words.</param>
    /// <returns>What it printed.</returns>
    /// <exception cref="LabException">It failed; carries what it printed.</exception>
    public Task<string> CommandAsync(CancellationToken ct, params string[] arguments) => ServerCommand.RunAsync(
        Path.Combine(Path.GetDirectoryName(_settings.Program)!, "gobgp"),
        ["-u", _settings.Api.Address.ToString(), "-p", _settings.Api.Port.ToString(CultureInfo.InvariantCulture), .. arguments],
        _settings.Namespace,
        ct);

    /// <summary>Ends it as a crash would (SIGKILL).</summary>
    /// <param name="ct">Gives up waiting.</param>
    public Task KillAsync(CancellationToken ct) => Process.KillAsync(ct);

    /// <summary>Asks it to end (SIGTERM) and waits for its end.</summary>
    /// <param name="ct">Gives up waiting.</param>
    public Task StopAsync(CancellationToken ct) => Process.StopAsync(ct);

    /// <summary>Holds it (SIGSTOP).</summary>
    public void Pause() => Process.Pause();

    /// <summary>Lets it go on (SIGCONT).</summary>
    public void Resume() => Process.Resume();

    /// <summary>The last lines of its log.</summary>
    public string LogTail() => Process.LogTail();

    /// <summary>Ends it if it still runs.</summary>
    public void Dispose() => _process?.Dispose();

    // The program says "AS: 64512" with any number of blanks.
    private async Task<bool> AnswersAsync(CancellationToken ct)
    {
        var words = (await CommandAsync(ct, "global")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return _settings.As is not { } number || words.Contains(number.ToString(CultureInfo.InvariantCulture)) && File.Exists(Socket);
    }

    private string WriteConfiguration(uint number)
    {
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"""
            [global.config]
            as = {number}
            router-id = "{_settings.RouterId}"
            port = {_settings.ListenPort}
            """);
        foreach (var neighbour in _settings.Neighbours)
        {
            // A session is up within seconds, also after it broke: by default it is tried every 120 s, and not for 30 s after a failure.
            text.AppendLine(CultureInfo.InvariantCulture, $"""

                [[neighbors]]
                [neighbors.config]
                neighbor-address = "{neighbour.Address}"
                peer-as = {neighbour.As}
                [neighbors.timers.config]
                connect-retry = 1
                idle-hold-time-after-reset = 1
                hold-time = 9
                keepalive-interval = 3
                [[neighbors.afi-safis]]
                [neighbors.afi-safis.config]
                afi-safi-name = "ipv4-unicast"
                [[neighbors.afi-safis]]
                [neighbors.afi-safis.config]
                afi-safi-name = "ipv6-unicast"
                """);
        }

        var path = Path.Combine(_settings.Folder, $"{_settings.Name}.toml");
        File.WriteAllText(path, text.ToString());
        return path;
    }
}
