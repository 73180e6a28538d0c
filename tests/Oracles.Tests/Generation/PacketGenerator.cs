using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Datapath;
using Cilium.Framework.Oracles.Cases;

namespace Cilium.Framework.Oracles.Generation;

/// <summary>Makes packets between the workloads of a world, its node and the world outside; later ones take up earlier ones.</summary>
internal sealed class PacketGenerator(Random random, World world)
{
    private static readonly IPAddress[] Outside = [.. new[] { "10.1.2.3", "10.1.99.9", "10.2.0.1", "192.0.2.10", "198.51.100.7", "2001:db8:1::5", "2001:db8:2::9", "fd00:5::1" }.Select(IPAddress.Parse)];

    private static readonly IPAddress[] Unroutable = [.. new[] { "224.0.0.5", "239.1.1.1", "255.255.255.255", "127.0.0.1", "0.0.0.0", "ff02::5", "fe80::9", "::1" }.Select(IPAddress.Parse)];

    private readonly List<Packet> _flows = [];
    private readonly List<Packet> _firsts = [];
    private ushort _fragment = (ushort)random.Next(ushort.MaxValue);

    public Packet Make()
    {
        var choice = random.Next(100);
        if (choice < 45 || _flows.Count == 0)
            return Remember(NewFlow());
        if (choice < 70)
            return Follow(Pick(_flows));
        if (choice < 78)
            return Error(Pick(_flows));
        return Odd();
    }

    private Packet NewFlow()
    {
        var (source, destination) = random.Next(20) switch
        {
            < 9 => (Kind.Workload, Kind.Workload),
            < 11 => (Kind.Workload, Kind.Node),
            < 14 => (Kind.Workload, Kind.Outside),
            < 16 => (Kind.Node, Kind.Workload),
            _ => (Kind.Outside, Kind.Workload),
        };
        var family = random.Next(2) == 0 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        if (Address(source, family) is not { } from || Address(destination, family) is not { } to)
            return NewFlow();
        return Transport(Placed(from, to));
    }

    /// <summary>Where a packet of this source meets the datapath.</summary>
    private Packet Placed(IPAddress source, IPAddress destination)
    {
        var packet = new Packet { Point = AttachPoint.FromEndpoint, Source = source, Destination = destination };
        if (world.Find(source) is { } sender)
            return packet with { Workload = sender.Id };
        var receiver = world.Find(destination) ?? world.Workloads[0];
        if (World.Node.Contains(source))
            return packet with { Point = AttachPoint.ToEndpoint, Workload = receiver.Id, FromNode = random.Next(6) != 0 };
        return random.Next(4) == 0 ? packet with { Point = AttachPoint.ToEndpoint, Workload = receiver.Id } : packet with { Point = AttachPoint.FromNetdev };
    }

    private Packet Transport(Packet packet) => random.Next(10) switch
    {
        < 5 => packet with { Protocol = Packet.Tcp, SourcePort = SourcePort(), DestinationPort = Port(), TcpFlags = random.Next(8) == 0 ? Packet.Ack : Packet.Syn },
        < 8 => packet with { Protocol = Packet.Udp, SourcePort = SourcePort(), DestinationPort = Port() },
        _ => packet with { Protocol = packet.IsIPv6 ? Packet.IcmpV6 : Packet.Icmp, IcmpType = packet.IsIPv6 ? (byte)128 : (byte)8, IcmpId = (ushort)random.Next(1, 4) },
    };

    private Packet Follow(Packet flow)
    {
        var packet = random.Next(3) == 0 ? flow : Reply(flow);
        if (packet.Protocol == Packet.Tcp)
            packet = packet with { TcpFlags = Flags(packet == flow) };
        return packet;
    }

    private byte Flags(bool isForward) => random.Next(10) switch
    {
        < 5 => Packet.Ack,
        < 7 => isForward ? Packet.Syn : (byte)(Packet.Syn | Packet.Ack),
        < 9 => Packet.Fin | Packet.Ack,
        _ => Packet.Rst,
    };

    private Packet Reply(Packet flow)
    {
        var reply = Placed(flow.Destination, flow.Source) with { Protocol = flow.Protocol, SourcePort = flow.DestinationPort, DestinationPort = flow.SourcePort, IcmpId = flow.IcmpId };
        return reply with { IcmpType = reply.IsIPv6 ? (byte)129 : (byte)0 };
    }

    /// <summary>An ICMP error about a flow: the right one, or one that only looks so.</summary>
    private Packet Error(Packet flow)
    {
        var about = random.Next(4) == 0 ? Reply(flow) : flow;
        var quote = new Quote(about.Source, about.Destination, about.Protocol, about.SourcePort, about.DestinationPort, about.IcmpType, about.IcmpId);
        var isIPv6 = about.IsIPv6;
        var (from, to) = (about.Destination, about.Source);
        switch (random.Next(9))
        {
            case 0: quote = quote with { SourcePort = 999, IcmpId = 999 }; break;
            case 1: to = Another(to); break;
            case 2: from = Another(from); break;
            case 3: quote = quote with { IsLaterFragment = !isIPv6 }; break;
            case 4: quote = quote with { Protocol = 47 }; break;
        }

        byte[] types = isIPv6 ? [1, 2, 3, 4] : [3, 11, 12];
        return Placed(from, to) with
        {
            Protocol = isIPv6 ? Packet.IcmpV6 : Packet.Icmp,
            IcmpType = types[random.Next(types.Length)],
            Quote = quote,
            Flaw = random.Next(8) == 0 ? Flaw.CutQuote : Flaw.None,
        };
    }

    private IPAddress Another(IPAddress address)
    {
        var others = world.Workloads.Select(workload => workload.Address(address.AddressFamily)).OfType<IPAddress>().Concat(Outside).Where(other => other.AddressFamily == address.AddressFamily && !other.Equals(address)).ToList();
        return Pick(others);
    }

    /// <summary>A packet that is wrong somewhere, or rare.</summary>
    private Packet Odd()
    {
        var packet = NewFlow();
        return random.Next(20) switch
        {
            0 => packet with { Flaw = Flaw.ForeignMac },
            1 => packet with { Flaw = random.Next(2) == 0 ? Flaw.Vlan : Flaw.UnknownEtherType },
            2 => Fragmented(packet),
            3 => _firsts.Count > 0 ? Later(Pick(_firsts)) : Fragmented(packet),
            4 => packet with { Part = FragmentPart.Later, FragmentId = ++_fragment },
            5 => Spoofed(packet),
            6 => packet with { Flaw = (Flaw)random.Next((int)Flaw.WrongVersion, (int)Flaw.LongerThanFrame + 1) } is var bad && bad.IsIPv6 && bad.Flaw == Flaw.ShortIPv4Header ? bad with { Flaw = Flaw.WrongVersion } : bad,
            7 => packet with { Flaw = packet.Protocol == Packet.Tcp && random.Next(2) == 0 ? Flaw.ShortTcpOffset : Flaw.CutTransport },
            8 or 9 => packet.IsIPv6 ? packet with { Extras = 1, Flaw = random.Next(2) == 0 ? Flaw.SevenExtensions : Flaw.ExtensionBeyondPacket } : packet with { Extras = random.Next(1, 10) },
            10 => packet with { Extras = random.Next(1, 5) },
            11 => packet with { Protocol = random.Next(4) switch { 0 => 47, 1 => 132, 2 => 50, _ => packet.IsIPv6 ? Packet.Icmp : Packet.IcmpV6 } },
            12 => packet with { Protocol = packet.IsIPv6 ? Packet.IcmpV6 : Packet.Icmp, IcmpType = packet.IsIPv6 ? (byte)random.Next(138, 142) : (byte)random.Next(13, 19) },
            13 or 14 => packet with { Ttl = (byte)random.Next(0, 2) },
            15 => Astray(packet),
            16 => random.Next(2) == 0 ? FromNode(packet) : ToWrongWorkload(packet),
            17 => Arp(),
            _ => NeighbourDiscovery(),
        };
    }

    private Packet Fragmented(Packet packet)
    {
        var first = packet with { Part = FragmentPart.First, FragmentId = ++_fragment };
        _firsts.Add(first);
        return first;
    }

    private static Packet Later(Packet first) => first with { Part = FragmentPart.Later };

    private Packet Spoofed(Packet packet)
    {
        if (packet.Point == AttachPoint.ToEndpoint)
            packet = packet with { Point = AttachPoint.FromNetdev, Workload = 0, FromNode = false };
        var nodes = World.Node.Where(node => node.AddressFamily == packet.Source.AddressFamily).ToList();
        return packet with { Source = random.Next(3) == 0 ? Pick(nodes) : Another(packet.Source) };
    }

    private Packet Astray(Packet packet)
    {
        var sender = Pick(world.Workloads);
        var destination = Pick(Unroutable);
        return sender.Address(destination.AddressFamily) is { } source
            ? packet with { Point = AttachPoint.FromEndpoint, Workload = sender.Id, FromNode = false, Source = source, Destination = destination, Protocol = Packet.Udp }
            : packet;
    }

    private Packet FromNode(Packet packet)
    {
        var destination = random.Next(3) == 0 ? Pick(Outside.Concat(Unroutable).ToList()) : packet.Destination;
        var source = World.Node.First(node => node.AddressFamily == destination.AddressFamily);
        return packet with { Point = AttachPoint.FromHost, Workload = 0, Source = source, Destination = destination, FromNode = false, Protocol = Packet.Udp };
    }

    private Packet ToWrongWorkload(Packet packet) => packet with { Point = AttachPoint.ToEndpoint, Workload = Pick(world.Workloads).Id, Source = Another(packet.Destination) is var other && world.Find(other) is null ? other : packet.Source, FromNode = false };

    private Packet Arp()
    {
        var self = Pick(world.Workloads);
        var own = self.IPv4 ?? IPAddress.Parse("10.90.1.77");
        var sender = random.Next(4) switch { 0 => IPAddress.Any, 1 => IPAddress.Parse("10.90.1.99"), _ => own };
        var target = random.Next(4) == 0 ? own : World.Node[0];
        return new Packet
        {
            Point = AttachPoint.FromEndpoint,
            Workload = self.Id,
            Source = sender,
            Destination = target,
            Arp = new(random.Next(5) == 0 ? (ushort)2 : (ushort)1, sender, target, random.Next(6) == 0, random.Next(8) == 0),
            Flaw = random.Next(10) == 0 ? Flaw.ForeignMac : Flaw.None,
        };
    }

    private Packet NeighbourDiscovery()
    {
        var self = Pick(world.Workloads);
        var own = self.IPv6 ?? IPAddress.Parse("fd90::a:77");
        var source = random.Next(6) switch { 0 => IPAddress.IPv6Any, 1 => IPAddress.Parse("fe80::1"), 2 => IPAddress.Parse("fd90::b"), _ => own };
        byte[] types = [133, 134, 135, 135, 135, 136, 137, 143, 130];
        return new Packet
        {
            Point = AttachPoint.FromEndpoint,
            Workload = self.Id,
            Source = source,
            Destination = IPAddress.Parse("ff02::1"),
            Protocol = Packet.IcmpV6,
            IcmpType = types[random.Next(types.Length)],
            IcmpCode = random.Next(10) == 0 ? (byte)1 : (byte)0,
            Ttl = random.Next(6) == 0 ? (byte)64 : (byte)255,
            SolicitedTarget = random.Next(4) == 0 ? own : World.Node[1],
            Option = (SolicitationOption)random.Next(3),
        };
    }

    private Packet Remember(Packet packet)
    {
        _flows.Add(packet);
        return packet;
    }

    private IPAddress? Address(Kind kind, AddressFamily family) => kind switch
    {
        Kind.Workload => Pick(world.Workloads).Address(family),
        Kind.Node => Pick(World.Node.Where(node => node.AddressFamily == family).ToList()),
        _ => Pick(Outside.Where(address => address.AddressFamily == family).ToList()),
    };

    private ushort Port() => Pick<ushort>([80, 80, 53, 443, 8080, 7]);

    private ushort SourcePort() => (ushort)(40000 + random.Next(3));

    private T Pick<T>(IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    private enum Kind
    {
        Workload,
        Node,
        Outside,
    }
}
