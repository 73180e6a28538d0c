using System.Net;
using System.Net.Sockets;

namespace Cilium.Framework.Netlink;

/// <summary>Devices, addresses, routes and neighbours of one network namespace.</summary>
/// <remarks>
/// Calls are synchronous and take microseconds to milliseconds; safe for concurrent use. Every change throws <see cref="NetlinkException"/>
/// with what was asked, of which object, and the kernel's words.
/// </remarks>
public sealed partial class RouteNetlink : IDisposable
{
    private readonly NetlinkSocket _socket;

    private RouteNetlink(NetlinkSocket socket) => _socket = socket;

    /// <summary>Of the namespace that the calling thread is in. The result stays there, whichever thread uses it.</summary>
    public static RouteNetlink Open() => new(new NetlinkSocket());

    /// <summary>Of another namespace.</summary>
    /// <param name="networkNamespace">The namespace.</param>
    public static RouteNetlink Open(NetworkNamespace networkNamespace)
    {
        ArgumentNullException.ThrowIfNull(networkNamespace);
        return networkNamespace.Run(Open);
    }

    /// <inheritdoc />
    public void Dispose() => _socket.Dispose();

    private static byte FamilyNumber(AddressFamily family) => family switch
    {
        AddressFamily.Unspecified => 0,
        AddressFamily.InterNetwork => 2,
        AddressFamily.InterNetworkV6 => 10,
        _ => throw new ArgumentOutOfRangeException(nameof(family), family, "Accepted: InterNetwork, InterNetworkV6."),
    };

    private static AddressFamily FamilyOf(byte number) => number == 10 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;

    private static IPAddress AnyOf(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
}
