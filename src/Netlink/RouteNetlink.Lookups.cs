using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Netlink.Messages;

namespace Cilium.Framework.Netlink;

public sealed partial class RouteNetlink
{
    private const int RouteMark = 16;

    /// <summary>RTM_F_LOOKUP_TABLE: name the table that the answer is from. IPv6 always does, and takes no such flag.</summary>
    private const uint FlagLookupTable = 0x1000;

    // What looking an address up fails with where it is no fault of the request: no route; a route of type unreachable, prohibit, blackhole.
    private const int NetworkUnreachable = 101, HostUnreachable = 113, AccessDenied = 13;

    /// <summary>The way that a packet of this machine to an address would take, as <c>ip route get</c> says; null: none, or a route that refuses (unreachable, prohibit, blackhole).</summary>
    /// <returns>
    /// A route to the one address: the device; the gateway, or null where the address is reached on the device directly; the source that the kernel
    /// would choose; the MTU where a route or path discovery lowered it, else 0: that of the device. Type <see cref="Route.LocalType"/>: this machine has the address.
    /// </returns>
    /// <param name="destination">The address.</param>
    /// <param name="mark">Mark of the packet, which policy rules look at.</param>
    /// <exception cref="NetlinkException">The kernel refused for another reason.</exception>
    public Route? FindRoute(IPAddress destination, uint mark = 0)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var v4 = destination.AddressFamily == AddressFamily.InterNetwork;
        var request = new MessageWriter(MessageType.GetRoute, 0)
            .Fixed(new RoutePart { Family = FamilyNumber(destination.AddressFamily), DestinationLength = v4 ? (byte)32 : (byte)128, Flags = v4 ? FlagLookupTable : 0 })
            .Attribute(RouteDestination, destination);
        if (mark != 0)
            request.Attribute(RouteMark, mark);
        Route? found = null;
        try
        {
            _socket.Query(request, $"look up the route to {destination}", (_, payload) => found = ReadRoute(payload));
        }
        catch (NetlinkException exception) when (exception.Errno is NetworkUnreachable or HostUnreachable or AccessDenied or NetlinkException.Invalid)
        {
        }

        // IPv6 hands such routes out where IPv4 answers with an error.
        return found?.Type is Route.BlackholeType or Route.UnreachableType or Route.ProhibitType ? null : found;
    }
}
