namespace Cilium.Framework.Datapath.Simulator.Packets;

/// <summary>What kinds of ICMP messages are (IANA numbers).</summary>
internal static class IcmpTypes
{
    public const byte RouterSolicitation = 133, NeighbourSolicitation = 135, NeighbourAdvertisement = 136;

    private const byte EchoReply4 = 0, Unreachable4 = 3, Echo4 = 8, TimeExceeded4 = 11, ParameterProblem4 = 12;
    private const byte Unreachable6 = 1, TooBig6 = 2, TimeExceeded6 = 3, ParameterProblem6 = 4, Echo6 = 128, EchoReply6 = 129;
    private const byte ListenerQuery = 130, ListenerReport = 131, ListenerDone = 132, RouterAdvertisement = 134, Redirect = 137, ListenerReport2 = 143;

    /// <summary>Puts an echo's identifier on the asker's side and marks errors, neighbour and listener messages.</summary>
    /// <param name="id">Identifier of an echo.</param>
    /// <returns>None, or that the type is not known.</returns>
    public static DropReason Classify(Packet packet, ushort id)
    {
        switch ((packet.Source.IsIPv6, packet.IcmpType))
        {
            case (false, Echo4) or (true, Echo6):
                packet.SourcePort = id;
                return DropReason.None;
            case (false, EchoReply4) or (true, EchoReply6):
                packet.DestinationPort = id;
                return DropReason.None;
            case (false, Unreachable4 or TimeExceeded4 or ParameterProblem4) or (true, Unreachable6 or TooBig6 or TimeExceeded6 or ParameterProblem6):
                packet.Kind |= PacketKind.IcmpError;
                return DropReason.None;
            case (true, ListenerQuery or ListenerReport or ListenerDone or ListenerReport2):
                packet.Kind |= PacketKind.Listener;
                return DropReason.None;
            case (true, RouterSolicitation or RouterAdvertisement or NeighbourSolicitation or NeighbourAdvertisement or Redirect):
                packet.Kind |= PacketKind.Neighbour;
                return DropReason.None;
            default:
                return packet.Source.IsIPv6 ? DropReason.UnknownIcmpV6Type : DropReason.UnknownIcmpV4Type;
        }
    }
}
