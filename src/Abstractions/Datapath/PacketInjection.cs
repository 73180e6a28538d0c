using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath;

/// <summary>A packet to be judged as if it had arrived.</summary>
/// <param name="Point">Where it meets the datapath.</param>
/// <param name="Endpoint">The endpoint of <see cref="AttachPoint.FromEndpoint"/> and <see cref="AttachPoint.ToEndpoint"/>; ignored elsewhere.</param>
/// <param name="Frame">Ethernet frame, at least 14 bytes.</param>
/// <param name="SourceIdentity">For <see cref="AttachPoint.ToEndpoint"/>: identity left by the program before; unknown: the address decides.</param>
public sealed record PacketInjection(AttachPoint Point, ushort Endpoint, ReadOnlyMemory<byte> Frame, NumericIdentity SourceIdentity = default);
