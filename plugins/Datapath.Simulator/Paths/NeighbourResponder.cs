using System.Buffers.Binary;
using Cilium.Framework.Datapath.Simulator.Packets;
using Cilium.Framework.Datapath.Simulator.Tables;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Simulator.Paths;

/// <summary>Neighbour discovery of an endpoint (RFC 4861): solicitations are answered with the host side of its device, nothing is forwarded.</summary>
internal static class NeighbourResponder
{
    private const byte HopLimit = 255, SourceAddressOption = 1, TargetAddressOption = 2;

    /// <summary>Router, solicited, override.</summary>
    private const byte AnswerFlags = 0xe0;

    private const int TargetOffset = 8, OptionOffset = 24, MessageBytes = 32;

    public static NeighbourAnswer Handle(Endpoint self, Packet packet)
    {
        var isDetection = packet.Source.IsUnspecified;
        if (packet.Frame.Span[FrameLayout.HopLimitOffset] != HopLimit || packet.IcmpCode != 0)
            return NeighbourAnswer.Dropped(DropReason.InvalidPacket);
        if (!isDetection && !packet.Source.IsLinkLocal6 && packet.Source != self.IPv6)
            return NeighbourAnswer.Dropped(DropReason.InvalidSourceIp);
        if (packet.Is(PacketKind.FirstFragment))
            return NeighbourAnswer.Dropped(DropReason.InvalidPacket);
        if (packet.IcmpType is IcmpTypes.RouterSolicitation or IcmpTypes.NeighbourAdvertisement)
            return NeighbourAnswer.Consumed;
        if (packet.IcmpType != IcmpTypes.NeighbourSolicitation)
            return NeighbourAnswer.Dropped(DropReason.UnknownIcmpV6Type);

        var message = packet.Frame.Span[packet.L4Offset..];
        if (message.Length < OptionOffset)
            return NeighbourAnswer.Dropped(DropReason.TruncatedHeader);
        if (message.Length >= MessageBytes && message[OptionOffset] == SourceAddressOption
            && MacAddress.FromBytes(message.Slice(OptionOffset + 2, 6)) != self.Row.Mac)
            return NeighbourAnswer.Dropped(DropReason.InvalidSourceMac);
        var target = Address.Read(message.Slice(TargetOffset, 16));
        return isDetection || target == self.IPv6
            ? NeighbourAnswer.Consumed
            : NeighbourAnswer.Answered(Answer(self, packet.Source, target));
    }

    private static byte[] Answer(Endpoint self, Address asker, Address target)
    {
        var frame = new byte[FrameLayout.Ethernet + FrameLayout.IPv6 + MessageBytes];
        self.Row.Mac.CopyTo(frame);
        self.Row.HostMac.CopyTo(frame.AsSpan(FrameLayout.SourceMacOffset));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(FrameLayout.EtherTypeOffset), FrameLayout.EtherTypeIPv6);

        var ip = frame.AsSpan(FrameLayout.Ethernet);
        ip[0] = 6 << 4;
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], MessageBytes);
        (ip[6], ip[7]) = ((byte)IpProtocol.IcmpV6, HopLimit);
        target.CopyTo(ip[8..]);
        asker.CopyTo(ip[24..]);

        var message = ip[FrameLayout.IPv6..];
        (message[0], message[4]) = (IcmpTypes.NeighbourAdvertisement, AnswerFlags);
        target.CopyTo(message[TargetOffset..]);
        (message[OptionOffset], message[OptionOffset + 1]) = (TargetAddressOption, 1);
        self.Row.HostMac.CopyTo(message[(OptionOffset + 2)..]);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], Checksum.Finish(Checksum.Sum(message, Checksum.Sum(ip[8..40], MessageBytes + (uint)IpProtocol.IcmpV6))));
        return frame;
    }
}
