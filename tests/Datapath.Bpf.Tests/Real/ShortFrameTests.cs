using Cilium.Framework.Errors;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Real;

/// <summary>Frames that the kernel does not take for injection.</summary>
[Trait("Needs", "Root")]
public sealed class ShortFrameTests : IDisposable
{
    private readonly TestNode _node = new();
    private readonly TestPod _pod;

    public ShortFrameTests()
    {
        _pod = _node.AddPod(1, 1001, "10.90.1.1", "fd90::a:1");
        _node.Realise(_pod, Entries.AllOut);
    }

    public void Dispose() => _node.Dispose();

    [Theory]
    [InlineData(0x0800, 33, "An IPv4 frame of 33 bytes cannot be injected: BPF_PROG_TEST_RUN refuses IPv4 frames under 34 bytes. Send it through a device instead.")]
    [InlineData(0x86dd, 53, "An IPv6 frame of 53 bytes cannot be injected: BPF_PROG_TEST_RUN refuses IPv6 frames under 54 bytes. Send it through a device instead.")]
    public void The_probe_says_that_it_cannot_inject_them(ushort type, int length, string text)
    {
        var failure = Assert.Throws<CiliumException>(() => _node.From(_pod, Frames.Ethernet(_pod.Row.HostMac, _pod.Row.Mac, type, new byte[length - 14])));

        Assert.Equal((ErrorKind.Unsupported, text), (failure.Kind, failure.Message));
    }

    [Theory]
    [InlineData(0x0800, 19)]
    [InlineData(0x86dd, 39)]
    public async Task On_a_device_a_header_that_is_cut_off_is_dropped(ushort type, int length)
    {
        PacketSocket.Send(_pod, Frames.Ethernet(_pod.Row.HostMac, _pod.Row.Mac, type, [(byte)(type == 0x0800 ? 0x45 : 0x60), .. new byte[length - 1]]));

        await Eventually.TrueAsync(() => Drops(DropReason.InvalidPacket) == 1, "the drop is counted");
    }

    [Fact]
    public async Task A_tag_that_the_device_has_taken_off_is_seen()
    {
        PacketSocket.Send(_pod, Frames.Ethernet(_pod.Row.HostMac, _pod.Row.Mac, 0x8100, [0, 7, 8, 0, .. Frames.Ip("10.90.1.1", "192.0.2.1", Frames.UdpProtocol, Frames.Udp(1, 2))]));

        await Eventually.TrueAsync(() => Drops(DropReason.UnsupportedL3) == 1, "the drop is counted");
    }

    private ulong Drops(DropReason reason) => TestNode.Done(_node.Datapath.View.ListMetricsAsync(default))
        .Where(metric => metric.Reason == reason && metric.Direction == TrafficDirection.Egress).Aggregate(0ul, (sum, metric) => sum + metric.Packets);
}
