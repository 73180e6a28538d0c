using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Agent.Privileges;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>Answers the greeting inside the health endpoint's namespace.</summary>
/// <param name="descriptor">A TCP socket of both families that was opened there; it stays open, because no other one could be opened.</param>
/// <param name="time">The clock.</param>
internal sealed class EndpointListener(int descriptor, TimeProvider time)
{
    private bool _isListening;

    /// <summary>Runs until cancelled.</summary>
    /// <param name="ct">Ends it.</param>
    /// <exception cref="SocketException">Nobody can listen there.</exception>
    public Task RunAsync(CancellationToken ct)
    {
        var socket = new Socket(new SafeSocketHandle(Libc.Duplicate(descriptor), ownsHandle: true));
        if (!_isListening)
        {
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, HealthService.Port));
            socket.Listen();
            _isListening = true;
        }

        return new HealthServer(socket, time).RunAsync(ct);
    }
}
