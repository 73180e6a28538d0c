using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Lab.Traffic;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.EndToEnd.Tests.Routing;

internal static class LargestPacket
{
    /// <summary>A packet of the route's size is answered, and the sender's own stack refuses one that is a byte larger.</summary>
    public static async Task IsAsync(int mtu, NetworkNamespace from, IPAddress to, TimeSpan timeout, CancellationToken ct)
    {
        Assert.True(await SizedPing.TryAsync(from, to, mtu, timeout, ct), $"a packet of {mtu} octets to {to}");
        var refused = await Assert.ThrowsAsync<SocketException>(() => SizedPing.TryAsync(from, to, mtu + 1, timeout, ct));
        Assert.Equal(SocketError.MessageSize, refused.SocketErrorCode);
    }
}
