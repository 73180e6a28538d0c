using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using Cilium.Framework.Lab.Traffic;

namespace Cilium.Framework.Demo;

/// <summary>How packets travel on the segment between the nodes.</summary>
internal static class Wire
{
    /// <summary>Default of <c>routing.tunnel.port</c>.</summary>
    public const int VxlanPort = 8472;

    private const int EthernetLength = 14, UdpAt = EthernetLength + 20, VxlanAt = UdpAt + 8, InnerAt = VxlanAt + 8;

    /// <summary>In words, how packets from one address to another travelled: <c>as they are</c>, <c>VXLAN, VNI N</c>, or not at all.</summary>
    public static string Words(Capture capture, IPAddress source, IPAddress destination)
    {
        var frames = capture.Frames;
        var ways = frames.Where(frame => IsBetween(frame, source, destination)).Select(_ => "as they are")
            .Concat(frames.Where(frame => IsVxlan(frame) && IsBetween(frame.AsSpan(InnerAt), source, destination)).Select(frame => Wrapped(Vni(frame))))
            .Distinct().ToList();
        return ways.Count == 0 ? "not seen" : string.Join(" and ", ways);
    }

    public static string Wrapped(long vni) => string.Create(CultureInfo.InvariantCulture, $"VXLAN, VNI {vni}");

    // RFC 7348 section 5, over IPv4.
    private static bool IsVxlan(byte[] frame) => frame.Length > InnerAt && EtherType(frame) == 0x0800 && frame[23] == 17 && BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(UdpAt + 2)) == VxlanPort;

    private static long Vni(byte[] frame) => BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(VxlanAt + 4)) >> 8;

    private static bool IsBetween(ReadOnlySpan<byte> frame, IPAddress source, IPAddress destination)
    {
        var (from, to) = (source.GetAddressBytes(), destination.GetAddressBytes());
        var (etherType, at) = from.Length == 16 ? (0x86dd, EthernetLength + 8) : (0x0800, EthernetLength + 12);
        return frame.Length >= at + from.Length + to.Length && EtherType(frame) == etherType && frame.Slice(at, from.Length).SequenceEqual(from) && frame.Slice(at + from.Length, to.Length).SequenceEqual(to);
    }

    private static int EtherType(ReadOnlySpan<byte> frame) => BinaryPrimitives.ReadUInt16BigEndian(frame[12..]);
}
