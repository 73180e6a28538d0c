using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath;

/// <summary>Packets and bytes of one reason and direction, since the datapath was set up.</summary>
/// <param name="Reason">Why they were dropped; <see cref="DropReason.None"/>: forwarded.</param>
/// <param name="Direction">Direction as the endpoint sees it.</param>
/// <param name="Packets">Packets.</param>
/// <param name="Bytes">Bytes of their frames.</param>
public sealed record MetricInfo(DropReason Reason, TrafficDirection Direction, ulong Packets, ulong Bytes);
