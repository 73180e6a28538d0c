namespace Cilium.Framework.Datapath;

/// <summary>How a packet was judged.</summary>
/// <param name="Kind">What became of it.</param>
/// <param name="Reason">Why it was dropped; <see cref="DropReason.None"/> otherwise.</param>
/// <param name="Endpoint">Where it was delivered; 0 when not to an endpoint.</param>
/// <param name="Frame">The packet as it leaves; as it came when it was dropped.</param>
public sealed record PacketVerdict(VerdictKind Kind, DropReason Reason, ushort Endpoint, ReadOnlyMemory<byte> Frame);
