using System.Buffers.Binary;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Events;

/// <summary>Turns records of the programs into events.</summary>
internal static class EventDecoder
{
    /// <param name="jiffies">The kernel's clock at <paramref name="now"/>.</param>
    /// <param name="fromBefore">It was waiting when the reader started.</param>
    public static DatapathEvent Decode(in EventRecord record, ulong jiffies, DateTimeOffset now, bool fromBefore)
    {
        var age = record.Jiffies < jiffies ? TimeSpan.FromSeconds((double)(jiffies - record.Jiffies) / KernelClock.JiffiesPerSecond) : TimeSpan.Zero;
        var packet = new PacketSummary(
            record.Source.ToIPAddress(record.Family),
            record.Destination.ToIPAddress(record.Family),
            (IpProtocol)record.Proto,
            BinaryPrimitives.ReverseEndianness(record.Sport),
            BinaryPrimitives.ReverseEndianness(record.Dport),
            (int)record.Length,
            record.TcpFlags);
        if (record.Type == EventRecord.Drop)
        {
            return new DropEvent
            {
                Time = now - age,
                Reason = (DropReason)record.Reason,
                Repeated = record.Repeated,
                SourceEndpoint = record.SourceEndpoint,
                DestinationEndpoint = record.DestinationEndpoint,
                SourceIdentity = new(record.SourceIdentity),
                DestinationIdentity = new(record.DestinationIdentity),
                Direction = (TrafficDirection)record.Direction,
                Rule = new(record.Cookie),
                IfIndex = (int)record.IfIndex,
                Packet = packet,
                FromBefore = fromBefore,
            };
        }

        return new TraceEvent
        {
            Time = now - age,
            Reason = (TraceReason)record.Reason,
            Point = (TracePoint)record.Point,
            SourceEndpoint = record.SourceEndpoint,
            DestinationEndpoint = record.DestinationEndpoint,
            SourceIdentity = new(record.SourceIdentity),
            DestinationIdentity = new(record.DestinationIdentity),
            Direction = (TrafficDirection)record.Direction,
            Rule = new(record.Cookie),
            IfIndex = (int)record.IfIndex,
            Packet = packet,
            FromBefore = fromBefore,
        };
    }
}
