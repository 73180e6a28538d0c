using System.Net;

namespace Cilium.Framework.Routing.Bench;

/// <summary>Traffic of one kind.</summary>
/// <param name="Name">As in the report.</param>
/// <param name="Streams">TCP streams at once; 0: datagrams of 64 octets as fast as one sender can.</param>
internal sealed record Load(string Name, int Streams)
{
    /// <summary>Those of the report.</summary>
    public static readonly IReadOnlyList<Load> All = [new("tcp1", 1), new("tcp8", 8), new("udp64", 0)];

    /// <summary>One run of it.</summary>
    /// <param name="bed">Its ends.</param>
    /// <param name="way">Address of the receiver, which chooses the way.</param>
    /// <param name="seconds">How long.</param>
    public Task<Run> MeasureAsync(Bed bed, IPAddress way, int seconds) => Streams > 0
        ? Iperf.MeasureAsync(bed.Client, bed.Server, way, this, seconds)
        : Task.Run(() => Datagrams.Measure(bed.Client, bed.Server, way, TimeSpan.FromSeconds(seconds)));
}
