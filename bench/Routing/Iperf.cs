using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Cilium.Framework.Lab;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Routing.Bench;

/// <summary>TCP streams of iperf3 between two namespaces, the client on one processor and the server on the other.</summary>
internal static class Iperf
{
    /// <summary>Octets of a TCP segment in a frame of 1,500, with timestamps.</summary>
    private const double Segment = 1448;

    public static async Task<Run> MeasureAsync(NetworkNamespace from, NetworkNamespace to, IPAddress address, Load load, int seconds)
    {
        var port = Bed.Port.ToString(CultureInfo.InvariantCulture);
        using var server = Start(to, ["-s", "-1", "-p", port, "--forceflush"]);
        // It says that it listens; only then may a client come.
        while (await server.StandardOutput.ReadLineAsync() is { } line && !line.Contains("listening", StringComparison.Ordinal))
        {
        }

        var rest = server.StandardOutput.ReadToEndAsync();
        var before = SoftInterrupts.Seconds();
        using var client = Start(from, ["-c", address.ToString(), "-p", port, "-t", seconds.ToString(CultureInfo.InvariantCulture), "-A", "1,0", "-J", "-P", load.Streams.ToString(CultureInfo.InvariantCulture)]);
        var text = await client.StandardOutput.ReadToEndAsync();
        var softirq = SoftInterrupts.Seconds() - before;
        await client.WaitForExitAsync();
        await server.WaitForExitAsync();
        await rest;
        return Read(text, load, softirq);
    }

    private static Run Read(string text, Load load, double softirq)
    {
        using var json = JsonDocument.Parse(text);
        if (json.RootElement.TryGetProperty("error", out var error))
            throw new LabException($"iperf3 {load.Name}: {error.GetString()}");
        var received = json.RootElement.GetProperty("end").GetProperty("sum_received");
        return new Run(received.GetProperty("bits_per_second").GetDouble(), softirq * 1e6 * Segment / received.GetProperty("bytes").GetDouble());
    }

    private static Process Start(NetworkNamespace networkNamespace, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo("nsenter") { RedirectStandardOutput = true };
        foreach (var argument in (string[])[$"--net={networkNamespace.Path}", "iperf3", .. arguments])
            start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new LabException("iperf3 could not be started.");
    }
}
