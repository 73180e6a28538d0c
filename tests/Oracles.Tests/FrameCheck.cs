using System.Buffers.Binary;
using Cilium.Framework.Datapath;
using Cilium.Framework.Oracles.Cases;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Oracles;

/// <summary>What a packet must look like when it leaves.</summary>
internal static class FrameCheck
{
    private const int Ethernet = 14, IPv4Header = 20;

    /// <returns>What is wrong; null: nothing.</returns>
    public static string? Problem(World world, Packet packet, byte[] sent, PacketVerdict verdict)
    {
        if (verdict.Kind == VerdictKind.Answered)
            return packet.Arp is { } arp ? ArpProblem(world, packet, arp, verdict.Frame.Span) : SolicitationProblem(world, packet, verdict.Frame.Span);
        var expected = sent.ToArray();
        if (verdict.Kind == VerdictKind.ToEndpoint && packet.Point != AttachPoint.ToEndpoint)
        {
            var workload = world.Workloads.Single(workload => workload.Id == verdict.Endpoint);
            workload.Mac.CopyTo(expected);
            workload.HostMac.CopyTo(expected.AsSpan(6));
            if (packet.Point != AttachPoint.FromHost)
                Age(expected, packet.IsIPv6);
        }

        return verdict.Frame.Span.SequenceEqual(expected) ? null : $"the frame that left is wrong: sent {Convert.ToHexString(sent)}, expected {Convert.ToHexString(expected)}, left {Convert.ToHexString(verdict.Frame.Span)}";
    }

    /// <summary>One hop less, and the checksum computed from nothing.</summary>
    private static void Age(byte[] frame, bool isIPv6)
    {
        frame[Ethernet + (isIPv6 ? 7 : 8)]--;
        if (isIPv6)
            return;
        var header = frame.AsSpan(Ethernet, 4 * (frame[Ethernet] & 0xf));
        header[10..12].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], FrameBuilder.Checksum(header));
    }

    private static string? ArpProblem(World world, Packet packet, Arp arp, ReadOnlySpan<byte> answer)
    {
        var self = world.Workloads.Single(workload => workload.Id == packet.Workload);
        byte[] expected =
        [
            .. Octets(self.Mac), .. Octets(self.HostMac), 8, 6, 0, 1, 8, 0, 6, 4, 0, 2,
            .. Octets(self.HostMac), .. arp.Target.GetAddressBytes(), .. Octets(self.Mac), .. arp.Sender.GetAddressBytes(),
        ];
        return answer.SequenceEqual(expected) ? null : $"the answer is wrong: expected {Convert.ToHexString(expected)}, was {Convert.ToHexString(answer)}";
    }

    private static string? SolicitationProblem(World world, Packet packet, ReadOnlySpan<byte> answer)
    {
        var self = world.Workloads.Single(workload => workload.Id == packet.Workload);
        byte[] target = packet.SolicitedTarget!.GetAddressBytes(), asker = packet.Source.GetAddressBytes();
        byte[] pseudo = [.. target, .. asker, 0, 32, 0, 58];
        byte[] message = [136, 0, 0, 0, 0xe0, 0, 0, 0, .. target, 2, 1, .. Octets(self.HostMac)];
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), FrameBuilder.Checksum([.. pseudo, .. message]));
        byte[] expected = [.. Octets(self.Mac), .. Octets(self.HostMac), 0x86, 0xdd, 0x60, 0, 0, 0, 0, 32, 58, 255, .. target, .. asker, .. message];
        return answer.SequenceEqual(expected) ? null : $"the answer is wrong: expected {Convert.ToHexString(expected)}, was {Convert.ToHexString(answer)}";
    }

    private static byte[] Octets(MacAddress mac)
    {
        var octets = new byte[6];
        mac.CopyTo(octets);
        return octets;
    }
}
