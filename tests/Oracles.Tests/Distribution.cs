using System.Globalization;
using System.Net.Sockets;
using Cilium.Framework.Datapath;
using Cilium.Framework.Oracles.Cases;
using Cilium.Framework.Oracles.Naive;

namespace Cilium.Framework.Oracles;

/// <summary>What a run has shown, and whether that is enough to believe it.</summary>
internal sealed class Distribution
{
    private const int LeastPerReason = 20, LeastPackets = 5000;
    private const double LeastShare = 0.3, LeastFamilyShare = 0.2;

    /// <summary>Reasons that no packet of a run can meet, and why.</summary>
    public static readonly IReadOnlyDictionary<DropReason, string> Unreachable = new Dictionary<DropReason, string>
    {
        [DropReason.None] = "not a reason",
        [DropReason.MissedTailCall] = "these programs make no tail calls",
        [DropReason.NoTunnelKey] = "an injection cannot say who wrapped a packet; real packets do (FromOverlayTests)",
        [DropReason.NoTunnelEndpoint] = "every case has an overlay",
        [DropReason.InvalidIdentity] = "no workload of a case has an identity of its node only",
        [DropReason.WriteError] = "only when the kernel cannot write to a packet that it has just read",
        [DropReason.ConntrackInsertionFailed] = "the table of connections evicts old ones before it refuses new ones",
    };

    private readonly Dictionary<VerdictKind, int> _kinds = [];
    private readonly Dictionary<DropReason, int> _reasons = [];
    private readonly Dictionary<AddressFamily, int> _families = [];
    private readonly Dictionary<AttachPoint, int> _points = [];

    public int Packets { get; private set; }

    public void Add(Packet packet, Answer answer)
    {
        Packets++;
        Count(_kinds, answer.Kind);
        Count(_families, packet.Source.AddressFamily);
        Count(_points, packet.Point);
        if (answer.Kind == VerdictKind.Drop)
            Count(_reasons, answer.Reason);
    }

    /// <summary>Why the run shows too little; empty: it shows enough.</summary>
    public IEnumerable<string> Gaps()
    {
        if (Packets < LeastPackets)
            yield return $"{Packets} packets. At least {LeastPackets}.";
        if (Share(VerdictKind.ToEndpoint, VerdictKind.ToStack, VerdictKind.ToOverlay) < LeastShare)
            yield return $"{Share(VerdictKind.ToEndpoint, VerdictKind.ToStack, VerdictKind.ToOverlay):P0} were allowed. At least {LeastShare:P0}.";
        if (_kinds.GetValueOrDefault(VerdictKind.ToOverlay) < LeastPerReason)
            yield return $"{_kinds.GetValueOrDefault(VerdictKind.ToOverlay)} packets went to the overlay. At least {LeastPerReason}.";
        if (Share(VerdictKind.Drop) < LeastShare)
            yield return $"{Share(VerdictKind.Drop):P0} were dropped. At least {LeastShare:P0}.";
        foreach (var family in new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }.Where(family => _families.GetValueOrDefault(family) < LeastFamilyShare * Packets))
            yield return $"{_families.GetValueOrDefault(family)} packets of {family}. At least {LeastFamilyShare:P0}.";
        foreach (var point in new[] { AttachPoint.FromEndpoint, AttachPoint.ToEndpoint, AttachPoint.FromHost, AttachPoint.FromNetdev }.Where(point => !_points.ContainsKey(point)))
            yield return $"no packet at {point}.";
        foreach (var reason in Enum.GetValues<DropReason>().Where(reason => !Unreachable.ContainsKey(reason) && _reasons.GetValueOrDefault(reason) < LeastPerReason))
            yield return $"drop reason {(int)reason} {reason} {_reasons.GetValueOrDefault(reason)} times. At least {LeastPerReason}.";
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Packets} packets; {Text(_kinds)}; {Text(_families)}; {Text(_points)}\ndropped: {Text(_reasons)}");

    private double Share(params VerdictKind[] kinds) => kinds.Sum(kind => _kinds.GetValueOrDefault(kind)) / (double)Math.Max(1, Packets);

    private static void Count<T>(Dictionary<T, int> counts, T key)
        where T : notnull => counts[key] = counts.GetValueOrDefault(key) + 1;

    private static string Text<T>(Dictionary<T, int> counts)
        where T : notnull => string.Join(", ", counts.OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Key} {pair.Value}"));
}
