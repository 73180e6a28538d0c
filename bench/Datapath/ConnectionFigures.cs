using System.Diagnostics;
using System.Globalization;
using Cilium.Framework.Datapath.Bpf.Conntrack;
using Cilium.Framework.Datapath.Bpf.Native;

namespace Cilium.Framework.Datapath.Bench;

/// <summary>What IPv4 connections cost in memory, and how long it takes to look at all of them.</summary>
/// <param name="BytesPerConnection">Of kernel memory, by what the kernel says of the maps, per connection that they have room for.</param>
/// <param name="Connections">That stood in the maps.</param>
/// <param name="DumpMs">Milliseconds in which the agent read them all, at best.</param>
/// <param name="CollectedPerSecond">Expired connections that the agent takes out in a second among all of these, a collection's pass over them included, at best.</param>
internal sealed record ConnectionFigures(double BytesPerConnection, int Connections, double DumpMs, double CollectedPerSecond)
{
    private const int Dumps = 7, Collections = 5, Expired = 100_000;
    private const int Million = 1_000_000;
    private static readonly string[] Maps = [ConntrackShape.Hash4, ConntrackShape.Sets4, ConntrackShape.Tags4];

    public static ConnectionFigures Of(Fixture fixture)
    {
        var bytes = Maps.Sum(map => BytesOf(Path.Combine(fixture.Settings.BpfFs, map)));
        var (connections, best) = (0, double.MaxValue);
        for (var i = 0; i < Dumps; i++)
        {
            var start = Stopwatch.GetTimestamp();
            connections = fixture.Maps.Conntrack4.Entries().Count(entry => entry.Value.Expires != 0);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return new(Math.Round((double)bytes / fixture.Settings.ConntrackMax, 1), connections, Math.Round(best, 1), Math.Round(Enumerable.Range(0, Collections).Max(_ => CollectedIn(fixture))));
    }

    private static double CollectedIn(Fixture fixture)
    {
        fixture.AddExpiredConnections(Expired);
        var before = fixture.Maps.Conntrack4.Entries().Count();
        var start = Stopwatch.GetTimestamp();
        fixture.Datapath.State.Collector.Collect();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (before - fixture.Maps.Conntrack4.Entries().Count()) / seconds;
    }

    /// <param name="table">Whether they are kept in the table of our own: its goals are others.</param>
    public string ToText(bool table)
    {
        var (megabytes, milliseconds) = table ? (120, 20) : (155, 600);
        return string.Create(CultureInfo.InvariantCulture, $"{BytesPerConnection:0.0} bytes per IPv4 connection ({BytesPerConnection:0.0} MB for a million, goal {megabytes}); {Connections:N0} read in {DumpMs:0.0} ms ({DumpMs / Connections * Million:0.0} ms for a million, goal {milliseconds}); {CollectedPerSecond:N0} collected a second (goal 50,000)");
    }

    private static long BytesOf(string pin)
    {
        const string field = "memlock:";
        using var map = BpfDescriptor.OpenPinned(pin);
        if (map is null)
            return 0;
        var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fdinfo/{map.Value}")).First(text => text.StartsWith(field, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(field.Length).Trim(), CultureInfo.InvariantCulture);
    }
}
