using System.Buffers.Binary;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Datapath.Bpf.Programs;
using Cilium.Framework.Errors;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Probe;

/// <summary>Runs the loaded programs on a frame by BPF_PROG_TEST_RUN. The programs leave the outcome in the packet's control block (bpf/lib/outcome.h).</summary>
internal sealed class BpfPacketProbe(MapSet maps, ProgramSet programs) : IPacketProbe
{
    private const int EthernetHeader = 14;
    private const int ShortestIPv4 = 34;
    private const int ShortestIPv6 = 54;
    private const ushort EtherTypeIPv4 = 0x0800;
    private const ushort EtherTypeIPv6 = 0x86dd;
    private const uint MarkHost = 0x0c00;
    private const uint MarkIdentity = 0x0f00;

    public ValueTask<PacketVerdict> SendAsync(PacketInjection injection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(injection);
        cancellationToken.ThrowIfCancellationRequested();
        RefuseShortFrame(injection.Frame.Span);
        var program = ProgramOf(injection.Point);
        var context = new SkBuff { IfIndex = IfIndexOf(injection), Mark = MarkOf(injection.SourceIdentity) };
        var run = TestRun.Try(program, injection.Frame.Span, context);
        if (run.Error == 0)
            return new(VerdictOf(run, injection));
        throw BpfErrors.Failed(run.Error, $"inject a frame of {injection.Frame.Length} bytes at {injection.Point}");
    }

    private static PacketVerdict VerdictOf(TestRun run, PacketInjection injection)
    {
        var word = run.Context.ControlBlock0;
        var kind = (VerdictKind)((word & 0xff) - 1);
        return new(kind, (DropReason)(byte)(word >> 8), (ushort)(word >> 16), kind == VerdictKind.Drop ? injection.Frame : run.Frame);
    }

    private BpfDescriptor ProgramOf(AttachPoint point) => point switch
    {
        AttachPoint.FromEndpoint => programs[ProgramSet.FromEndpoint].Descriptor,
        AttachPoint.ToEndpoint => programs[ProgramSet.ToEndpoint].Descriptor,
        AttachPoint.FromHost => programs[ProgramSet.FromHost].Descriptor,
        AttachPoint.FromNetdev => programs[ProgramSet.FromNetdev].Descriptor,
        AttachPoint.FromOverlay => throw new CiliumException(ErrorKind.Unsupported, "A frame cannot be injected at FromOverlay: the program asks who wrapped it, and BPF_PROG_TEST_RUN cannot say. Send it through an overlay device instead."),
        _ => throw new CiliumException(ErrorKind.Unsupported, $"This version of the datapath bpf has no program at {point}. Accepted: FromEndpoint, ToEndpoint, FromHost, FromNetdev."),
    };

    private uint IfIndexOf(PacketInjection injection)
    {
        if (injection.Point is not (AttachPoint.FromEndpoint or AttachPoint.ToEndpoint))
            return 0;
        var endpoint = maps.Endpoints.Get(injection.Endpoint);
        return endpoint.IsPresent ? endpoint.IfIndex : throw new CiliumException(ErrorKind.Invalid, $"There is no endpoint {injection.Endpoint}.");
    }

    // bpf/lib/mark.h.
    private static uint MarkOf(NumericIdentity identity) => identity.Value switch
    {
        0 => 0,
        1 => MarkHost,
        var value => MarkIdentity | (value << 12) | ((value >> 20) & 0xff),
    };

    private static void RefuseShortFrame(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < EthernetHeader)
            throw new CiliumException(ErrorKind.Unsupported, $"A frame of {frame.Length} bytes cannot be injected: the kernel takes no frame under {EthernetHeader} bytes.");
        var etherType = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]);
        var (family, shortest) = etherType switch
        {
            EtherTypeIPv4 => ("IPv4", ShortestIPv4),
            EtherTypeIPv6 => ("IPv6", ShortestIPv6),
            _ => ("", 0),
        };
        if (frame.Length < shortest)
            throw new CiliumException(ErrorKind.Unsupported, $"An {family} frame of {frame.Length} bytes cannot be injected: BPF_PROG_TEST_RUN refuses {family} frames under {shortest} bytes. Send it through a device instead.");
    }
}
