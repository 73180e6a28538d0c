using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Lab.Traffic;

/// <summary>An iperf3 TCP stream from one namespace to another, reported every tenth of a second.</summary>
public sealed class Iperf : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private readonly Process _server;
    private readonly Process _client;
    private readonly Task<string> _output;

    private Iperf(Process server, Process client)
    {
        (_server, _client) = (server, client);
        _output = client.StandardOutput.ReadToEndAsync();
    }

    /// <summary>What came of a stream.</summary>
    /// <param name="Bytes">Bytes received.</param>
    /// <param name="LongestStall">Longest run of intervals without a byte.</param>
    public sealed record Result(long Bytes, TimeSpan LongestStall);

    /// <summary>Starts server and client.</summary>
    /// <param name="from">Sender.</param>
    /// <param name="to">Receiver.</param>
    /// <param name="address">The receiver's address.</param>
    /// <param name="port">A port of the receiver.</param>
    /// <param name="seconds">How long it runs.</param>
    public static Iperf Start(NetworkNamespace from, NetworkNamespace to, IPAddress address, int port, int seconds)
    {
        var portText = port.ToString(CultureInfo.InvariantCulture);
        var server = Run(to, ["-s", "-1", "-p", portText, "--forceflush"]);
        // The server says that it listens; only then may a client come.
        while (server.StandardOutput.ReadLine() is { } line && !line.Contains("listening", StringComparison.Ordinal))
        {
        }

        _ = server.StandardOutput.ReadToEndAsync();
        return new Iperf(server, Run(from, ["-c", address.ToString(), "-p", portText, "-t", seconds.ToString(CultureInfo.InvariantCulture), "-i", "0.1", "-J"]));
    }

    /// <summary>Waits for the end.</summary>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="LabException">The client failed; carries its words.</exception>
    public async Task<Result> ResultAsync(CancellationToken ct)
    {
        await _client.WaitForExitAsync(ct);
        var text = await _output.WaitAsync(ct);
        using var json = JsonDocument.Parse(text);
        if (json.RootElement.TryGetProperty("error", out var error))
            throw new LabException($"iperf3: {error.GetString()}");
        int stalled = 0, longest = 0;
        foreach (var interval in json.RootElement.GetProperty("intervals").EnumerateArray())
        {
            stalled = interval.GetProperty("sum").GetProperty("bytes").GetInt64() == 0 ? stalled + 1 : 0;
            longest = Math.Max(longest, stalled);
        }

        return new Result(json.RootElement.GetProperty("end").GetProperty("sum_received").GetProperty("bytes").GetInt64(), Interval * longest);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var process in (Process[])[_client, _server])
        {
            if (!process.HasExited)
                process.Kill();
            process.Dispose();
        }
    }

    private static Process Run(NetworkNamespace networkNamespace, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("nsenter") { RedirectStandardOutput = true };
        foreach (var argument in (string[])[$"--net={networkNamespace.Path}", "iperf3", .. arguments])
            start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new LabException("iperf3 could not be started.");
    }
}
