using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Cilium.Framework.Netlink.Messages;

namespace Cilium.Framework.Netlink;

public sealed partial class RouteNetlink
{
    private const int RouteDestination = 1, RouteDevice = 4, RouteGateway = 5, RoutePriority = 6, RoutePreferredSource = 7, RouteMetrics = 8, RouteMultipath = 9;
    private const int RouteTable = 15, RouteVia = 18;
    private const int MetricMtu = 2;
    private const uint FlagOnLink = 4;

    /// <summary>All routes of a family, of every table.</summary>
    /// <param name="family">IPv4 or IPv6.</param>
    public IReadOnlyList<Route> ListRoutes(AddressFamily family) => ListRoutes(new RouteFilter { Family = family });

    /// <summary>The routes that fit; none where the table or the device does not exist.</summary>
    /// <param name="filter">Which.</param>
    public IReadOnlyList<Route> ListRoutes(RouteFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var request = new MessageWriter(MessageType.GetRoute, MessageFlags.Dump).Fixed(new RoutePart
        {
            Family = FamilyNumber(filter.Family), Protocol = filter.Protocol ?? 0, Type = filter.Type ?? 0,
        });
        if (filter.Table is { } table)
            request.Attribute(RouteTable, table);
        if (filter.IfIndex is { } device)
            request.Attribute(RouteDevice, (uint)device);
        var routes = new List<Route>();
        try
        {
            _socket.Dump(request, $"list {filter.Family} routes", routes.Clear, (_, payload) => routes.Add(ReadRoute(payload)));
        }
        catch (NetlinkException exception) when (exception.Errno is NetlinkException.NoSuchEntry or NetlinkException.NoSuchDevice)
        {
            // The named table or device: an unfiltered list has no such answer.
        }

        return routes;
    }

    /// <summary>Makes a route where none has the same destination, table and priority.</summary>
    /// <param name="route">The route.</param>
    /// <exception cref="NetlinkException"><see cref="NetlinkException.Exists"/>: there is one, whoever made it; it stays as it is.</exception>
    public void AddRoute(Route route)
    {
        var request = new MessageWriter(MessageType.NewRoute, MessageFlags.Acknowledge | MessageFlags.Create | MessageFlags.Exclusive);
        _socket.Change(Describe(request, route), $"add route {Text(route)}");
    }

    /// <summary>Makes a route, in place of one with the same destination, table and priority.</summary>
    /// <param name="route">The route.</param>
    public void ReplaceRoute(Route route)
    {
        var request = new MessageWriter(MessageType.NewRoute, MessageFlags.Acknowledge | MessageFlags.Create | MessageFlags.Replace);
        _socket.Change(Describe(request, route), $"set route {Text(route)}");
    }

    /// <summary>Deletes a route that fits in destination, table, protocol and what else is given; success when there is none.</summary>
    /// <param name="route">The route.</param>
    public void DeleteRoute(Route route)
    {
        try
        {
            _socket.Change(Describe(new MessageWriter(MessageType.DelRoute, MessageFlags.Acknowledge), route), $"delete route {Text(route)}");
        }
        catch (NetlinkException exception) when (exception.Errno is NetlinkException.NoSuchProcess or NetlinkException.NoSuchDevice)
        {
        }
    }

    private static string Text(Route route) => $"{route.Destination?.ToString() ?? "default"}/{route.PrefixLength} in table {route.Table}";

    private static MessageWriter Describe(MessageWriter request, Route route)
    {
        ArgumentNullException.ThrowIfNull(route);
        var family = route.Destination?.AddressFamily ?? route.Family;
        request.Fixed(new RoutePart
        {
            Family = FamilyNumber(family),
            DestinationLength = (byte)route.PrefixLength,
            Table = route.Table < 256 ? (byte)route.Table : (byte)0,
            Protocol = route.Protocol,
            Scope = route.Scope,
            Type = route.Type,
            Flags = route.OnLink ? FlagOnLink : 0,
        }).Attribute(RouteTable, route.Table);
        if (route.Destination is not null && route.PrefixLength > 0)
            request.Attribute(RouteDestination, route.Destination);
        if (route.Gateway is { } gateway && gateway.AddressFamily != family)
            request.Attribute(RouteVia, [FamilyNumber(gateway.AddressFamily), 0, .. gateway.GetAddressBytes()]);
        else if (route.Gateway is not null)
            request.Attribute(RouteGateway, route.Gateway);
        if (route.IfIndex != 0)
            request.Attribute(RouteDevice, (uint)route.IfIndex);
        if (route.PreferredSource is not null)
            request.Attribute(RoutePreferredSource, route.PreferredSource);
        if (route.Priority != 0)
            request.Attribute(RoutePriority, route.Priority);
        if (route.Mtu != 0)
            request.Nested(RouteMetrics, metrics => metrics.Attribute(MetricMtu, (uint)route.Mtu));
        return request;
    }

    internal static Route ReadRoute(ReadOnlySpan<byte> payload)
    {
        var part = MemoryMarshal.Read<RoutePart>(payload);
        var attributes = new AttributeReader(payload[Marshal.SizeOf<RoutePart>()..]);
        IPAddress? destination = null, gateway = null, source = null;
        uint table = part.Table, priority = 0;
        int device = 0, mtu = 0;
        IReadOnlyList<NextHop> nextHops = [];
        while (attributes.Next())
        {
            switch (attributes.Type)
            {
                case RouteDestination: destination = attributes.Address; break;
                case RouteGateway: gateway = attributes.Address; break;
                case RouteVia: gateway = ReadVia(attributes.Value); break;
                case RouteMultipath: nextHops = ReadNextHops(attributes.Value); break;
                case RouteDevice: device = (int)attributes.UInt32; break;
                case RoutePreferredSource: source = attributes.Address; break;
                case RoutePriority: priority = attributes.UInt32; break;
                case RouteTable: table = attributes.UInt32; break;
                case RouteMetrics: mtu = ReadMtu(attributes.Value); break;
            }
        }

        return new Route
        {
            Destination = destination, PrefixLength = part.DestinationLength, Family = FamilyOf(part.Family), Gateway = gateway, IfIndex = device,
            PreferredSource = source, Mtu = mtu, Table = table, Protocol = part.Protocol, Scope = part.Scope, Priority = priority,
            OnLink = (part.Flags & FlagOnLink) != 0, Type = part.Type, NextHops = nextHops,
        };
    }

    private static int ReadMtu(ReadOnlySpan<byte> metrics)
    {
        var attributes = new AttributeReader(metrics);
        while (attributes.Next())
        {
            if (attributes.Type == MetricMtu)
                return (int)attributes.UInt32;
        }

        return 0;
    }

    /// <summary>struct rtvia: the family, then an address of it.</summary>
    private static IPAddress ReadVia(ReadOnlySpan<byte> via) => new(via[2..]);

    private static List<NextHop> ReadNextHops(ReadOnlySpan<byte> rest)
    {
        var nextHops = new List<NextHop>();
        var size = Marshal.SizeOf<NextHopPart>();
        while (rest.Length >= size)
        {
            var part = MemoryMarshal.Read<NextHopPart>(rest);
            if (part.Length < size || part.Length > rest.Length)
                break;
            var attributes = new AttributeReader(rest[size..part.Length]);
            IPAddress? gateway = null;
            while (attributes.Next())
            {
                if (attributes.Type == RouteGateway)
                    gateway = attributes.Address;
                else if (attributes.Type == RouteVia)
                    gateway = ReadVia(attributes.Value);
            }

            nextHops.Add(new NextHop(gateway, part.Index, part.Hops + 1));
            rest = rest[Math.Min(MessageWriter.Align(part.Length), rest.Length)..];
        }

        return nextHops;
    }
}
