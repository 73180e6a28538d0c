using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Cilium.Framework.Fuzz.Agents;

/// <summary>The real agent from the published layout, over the simulator: a crash is the end of a process that we watch, not of ours.</summary>
internal sealed class FuzzedAgent : IDisposable
{
    private const string State = "state";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly string[] Intents = ["policy", "framework/tables/ipam"];

    private readonly string _folder = Directory.CreateTempSubdirectory("cilium-fuzz-").FullName;
    private readonly Process _process;

    private FuzzedAgent(string layout)
    {
        string[] settings = ["profile=dry-run", "plugins.development=true", "log.level=error", $"state-dir={Path.Combine(_folder, State)}", $"run-dir={Path.Combine(_folder, "run")}"];
        _process = Process.Start(new ProcessStartInfo(Path.Combine(layout, "bin", "cilium-agent"), settings.SelectMany(setting => new[] { "--set", setting })) { RedirectStandardError = true })!;
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    private string SocketPath => Path.Combine(_folder, "run", "cilium.sock");

    public static async Task<FuzzedAgent> StartAsync(string layout)
    {
        var agent = new FuzzedAgent(layout);
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < StartLimit;)
        {
            if (File.Exists(agent.SocketPath) && (await agent.SendAsync(Request("GET", "healthz", []), CancellationToken.None)).StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
                return agent;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        agent.Dispose();
        throw new InvalidOperationException("the agent did not start");
    }

    /// <summary>A whole request.</summary>
    public static byte[] Request(string method, string path, ReadOnlySpan<byte> body) =>
        [.. Encoding.Latin1.GetBytes($"{method} /v1/{path} HTTP/1.1\r\nHost: agent\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];

    /// <summary>Sends bytes and reads the answer to its end; empty when there is none.</summary>
    /// <param name="bytes">What is sent.</param>
    /// <param name="ct">Gives up.</param>
    /// <param name="isWhole">The server knows where the request ends; otherwise it is told that nothing more comes, and need not answer.</param>
    public async Task<string> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct, bool isWhole = true)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), ct);
            await socket.SendAsync(bytes, ct);
            if (!isWhole)
                socket.Shutdown(SocketShutdown.Send);
            using var answer = new MemoryStream();
            var buffer = new byte[64 * 1024];
            while (await socket.ReceiveAsync(buffer, ct) is > 0 and var length)
                answer.Write(buffer, 0, length);
            return Encoding.UTF8.GetString(answer.GetBuffer(), 0, (int)answer.Length);
        }
        catch (SocketException)
        {
            // Closed in our face: who sends no request may be treated so.
            return "";
        }
    }

    /// <summary>Everything that the agent was told, as it answers it and as it keeps it. What it makes of it comes later, and is left out.</summary>
    public async Task<string> ToldAsync(CancellationToken ct)
    {
        var told = new StringBuilder();
        foreach (var path in Intents)
        {
            var answer = await SendAsync(Request("GET", path, []), ct);
            // The head has the date.
            told.Append(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 1)..]);
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(_folder, State), "*.json").Order(StringComparer.Ordinal).Where(file => !file.EndsWith("identities.json", StringComparison.Ordinal)))
            told.Append(await File.ReadAllTextAsync(file, ct));
        return told.ToString();
    }

    public string Log() => _process.HasExited ? _process.StandardError.ReadToEnd() : "";

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
