using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Agent.Privileges;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>Answers the greeting inside the health endpoint's namespace.</summary>
/// <param name="descriptor">A TCP socket of both families that was opened there; it stays open, because no other one could be opened.</param>
/// <param name="time">The clock.</param>
internal sealed class EndpointListener(int descriptor, TimeProvider time)
{
    // Never closed: the runtime shuts a listening socket down when it closes it, and with it every duplicate.
    private Socket? _socket;

    /// <summary>Runs until cancelled; may be run again.</summary>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="SocketException">Nobody can listen there.</exception>
    public Task RunAsync(CancellationToken ct) => new HealthServer(_socket ??= Listen(), time).RunAsync(ct);

    private Socket Listen()
    {
        var socket = new Socket(new SafeSocketHandle(Libc.Duplicate(descriptor), ownsHandle: true));
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, HealthService.Port));
        socket.Listen();
        return socket;
    }
}
