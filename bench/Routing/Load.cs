namespace Cilium.Framework.Routing.Bench;

/// <summary>Traffic of one kind.</summary>
/// <param name="Name">As in the report.</param>
/// <param name="Arguments">iperf3's, of the client.</param>
/// <param name="CountsPackets">Its rate is in packets, else in bits.</param>
internal sealed record Load(string Name, IReadOnlyList<string> Arguments, bool CountsPackets)
{
    /// <summary>One and eight TCP streams, and datagrams of 64 octets as fast as one sender can.</summary>
    public static readonly IReadOnlyList<Load> All =
    [
        new("tcp1", [], CountsPackets: false),
        new("tcp8", ["-P", "8"], CountsPackets: false),
        new("udp64", ["-u", "-b", "0", "-l", "64"], CountsPackets: true),
    ];
}
