using System.Runtime.InteropServices;
using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;

namespace Cilium.Framework.Datapath.Bpf.Tests.Conntrack;

/// <summary>Ports of a fragmented packet are remembered for as long as its fragments may come, and no longer.</summary>
public sealed class StaleFragmentTests : TwoEndpoints
{
    private const ushort More = 0x2000, SecondPiece = 3;

    [Fact]
    public void A_fragment_that_comes_too_late_is_dropped()
    {
        Delivered(Server, FromClient(Frames.Ip(ClientIPv4, ServerIPv4, Frames.UdpProtocol, [.. Frames.Udp(5353, 53), .. new byte[16]], fragment: More)));
        Delivered(Server, FromClient(Later()));
        using var fragments = new BpfMap<Key, Value>("cilium_fragment", BpfDescriptor.OpenPinned(Path.Combine(Node.Settings.BpfFs, "cilium_fragment"))!, null);
        var (key, value) = Assert.Single(fragments.Entries());

        fragments.Set(key, value with { Expires = Node.Datapath.State.Clock.Now() - 1 });

        Dropped(DropReason.FragmentNotTracked, FromClient(Later()));
    }

    [Fact]
    public void Ports_are_remembered_for_half_a_minute()
    {
        var before = Node.Datapath.State.Clock.Now();
        Delivered(Server, FromClient(Frames.Ip(ClientIPv4, ServerIPv4, Frames.UdpProtocol, [.. Frames.Udp(5353, 53), .. new byte[16]], fragment: More)));
        using var fragments = new BpfMap<Key, Value>("cilium_fragment", BpfDescriptor.OpenPinned(Path.Combine(Node.Settings.BpfFs, "cilium_fragment"))!, null);

        // A tick of the programs is 16 jiffies: a sixteenth of a second and less.
        Assert.InRange(Assert.Single(fragments.Entries()).Value.Expires - before, Programs.KernelClock.Ticks(30) - 1, Programs.KernelClock.Ticks(30) + Programs.KernelClock.Ticks(2));
    }

    private static byte[] Later() => Frames.Ip(ClientIPv4, ServerIPv4, Frames.UdpProtocol, new byte[16], fragment: SecondPiece);

    // struct fragment_key and fragment_value of bpf/lib/fragment.h.
    [StructLayout(LayoutKind.Sequential)]
    private struct Key
    {
        public WireAddress Source;
        public WireAddress Destination;
        public uint Id;
        public uint ProtoFamilyPad;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Value
    {
        public uint Ports;
        public uint Expires;
        public uint ProtoPad;
    }
}
