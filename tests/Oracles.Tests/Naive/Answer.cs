using System.Globalization;
using Cilium.Framework.Datapath;

namespace Cilium.Framework.Oracles.Naive;

/// <summary>What becomes of a packet.</summary>
internal sealed record Answer(VerdictKind Kind, DropReason Reason = DropReason.None, ushort Workload = 0)
{
    public static readonly Answer ToStack = new(VerdictKind.ToStack);

    public static readonly Answer ToOverlay = new(VerdictKind.ToOverlay);

    public static readonly Answer Consumed = new(VerdictKind.Consumed);

    public static Answer Drop(DropReason reason) => new(VerdictKind.Drop, reason);

    public static Answer To(ushort workload) => new(VerdictKind.ToEndpoint, DropReason.None, workload);

    public override string ToString() => Kind switch
    {
        VerdictKind.Drop => string.Create(CultureInfo.InvariantCulture, $"dropped: {(int)Reason} {Reason}"),
        VerdictKind.ToEndpoint => string.Create(CultureInfo.InvariantCulture, $"delivered to endpoint {Workload}"),
        _ => Kind.ToString(),
    };
}
