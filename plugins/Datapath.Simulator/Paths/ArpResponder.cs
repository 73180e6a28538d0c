using System.Buffers.Binary;
using Cilium.Framework.Datapath.Simulator.Packets;
using Cilium.Framework.Datapath.Simulator.Tables;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Paths;

/// <summary>An endpoint learns one neighbour only, the host side of its device: whatever it asks for is there (RFC 826).</summary>
internal static class ArpResponder
{
    private const int FrameBytes = 42;
    private const int Operation = 20, SenderMac = 22, SenderIP = 28, TargetMac = 32, TargetIP = 38;
    private const ushort Request = 1, Reply = 2;

    /// <summary>Hardware Ethernet, protocol IPv4, their address lengths.</summary>
    private static ReadOnlySpan<byte> EthernetAndIPv4 => [0, 1, 8, 0, 6, 4];

    public static NeighbourAnswer Handle(Endpoint self, Packet packet)
    {
        var asked = packet.Frame.Span;
        if (asked.Length < FrameBytes || !asked.Slice(FrameLayout.Ethernet, 6).SequenceEqual(EthernetAndIPv4))
            return NeighbourAnswer.Dropped(DropReason.InvalidPacket);
        if (MacAddress.FromBytes(asked.Slice(SenderMac, 6)) != self.Row.Mac)
            return NeighbourAnswer.Dropped(DropReason.InvalidSourceMac);
        var (sender, target) = (Address.Read(asked.Slice(SenderIP, 4)), Address.Read(asked.Slice(TargetIP, 4)));
        if (!sender.IsUnspecified && sender != self.IPv4)
            return NeighbourAnswer.Dropped(DropReason.InvalidSourceIp);
        // Probes and announcements of its own address, and answers, are nobody's business.
        if (BinaryPrimitives.ReadUInt16BigEndian(asked[Operation..]) != Request || sender.IsUnspecified || target == self.IPv4)
            return NeighbourAnswer.Consumed;
        return NeighbourAnswer.Answered(Answer(self, asked, sender, target));
    }

    private static byte[] Answer(Endpoint self, ReadOnlySpan<byte> asked, Address sender, Address target)
    {
        var frame = asked.ToArray();
        self.Row.Mac.CopyTo(frame);
        self.Row.HostMac.CopyTo(frame.AsSpan(FrameLayout.SourceMacOffset));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(Operation), Reply);
        self.Row.HostMac.CopyTo(frame.AsSpan(SenderMac));
        target.CopyTo(frame.AsSpan(SenderIP));
        self.Row.Mac.CopyTo(frame.AsSpan(TargetMac));
        sender.CopyTo(frame.AsSpan(TargetIP));
        return frame;
    }
}
