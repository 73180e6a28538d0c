using Cilium.Framework.Routing.KubeRouter.GoBgp.Messages;
using Timestamp = Google.Protobuf.WellKnownTypes.Timestamp;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp.Reading;

/// <summary>Reads neighbours.</summary>
internal static class NeighbourReader
{
    // The first second of the year 10000, which a DateTimeOffset does not have any more.
    private const long EndOfTime = 253_402_300_800;

    /// <returns>Null: its address is not known yet, as of a neighbour that is found by its device.</returns>
    public static BgpNeighbour? Read(NeighbourMessage? message)
    {
        if (message is null || (TypedValues.Address(message.State?.Address ?? "") ?? TypedValues.Address(message.Conf?.Address ?? "")) is not { } address)
            return null;
        var asn = message.State?.Asn ?? 0;
        var state = (BgpSessionState)(message.State?.Session ?? 0);
        var times = message.Timers?.Times;
        return new(
            address,
            asn != 0 ? asn : message.Conf?.Asn ?? 0,
            Enum.IsDefined(state) ? state : BgpSessionState.Unknown,
            Time(state == BgpSessionState.Established ? times?.Uptime : times?.Downtime),
            Sum(message, counts => counts.Received),
            Sum(message, counts => counts.Accepted),
            Sum(message, counts => counts.Advertised));
    }

    /// <summary>GoBGP writes the year 1, or the epoch, where it has no time.</summary>
    public static DateTimeOffset? Time(Timestamp? time) =>
        time is { Seconds: > 0 and < EndOfTime, Nanos: >= 0 and < 1_000_000_000 } ? DateTimeOffset.FromUnixTimeSeconds(time.Seconds) : null;

    private static ulong Sum(NeighbourMessage message, Func<NeighbourCounts, ulong> count) =>
        message.Families.Select(family => family.Counts).OfType<NeighbourCounts>().Aggregate(0UL, (sum, counts) => unchecked(sum + count(counts)));
}
