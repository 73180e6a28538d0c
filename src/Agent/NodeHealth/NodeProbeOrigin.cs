using System.Net;
using System.Net.Sockets;
using Cilium.Framework.NodeHealth;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>Asks from the network namespace of the agent.</summary>
/// <param name="time">The clock.</param>
internal sealed class NodeProbeOrigin(TimeProvider time) : IProbeOrigin, IDisposable
{
    private readonly Lazy<EchoSocket> _ipv4 = new(() => new EchoSocket(EchoSocket.Open(isIPv6: false), time), LazyThreadSafetyMode.PublicationOnly);
    private readonly Lazy<EchoSocket> _ipv6 = new(() => new EchoSocket(EchoSocket.Open(isIPv6: true), time), LazyThreadSafetyMode.PublicationOnly);

    public async Task<ProbeResult> EchoAsync(IPAddress to, CancellationToken ct)
    {
        EchoSocket socket;
        try
        {
            socket = (to.AddressFamily == AddressFamily.InterNetworkV6 ? _ipv6 : _ipv4).Value;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AccessDenied)
        {
            return ProbeResult.Impossible("this agent may not send echo requests: give it CAP_NET_RAW (docs/operations/health.md)");
        }

        return await socket.AskAsync(to, ct);
    }

    public async Task<ProbeResult> GreetAsync(IPAddress to, CancellationToken ct)
    {
        try
        {
            var started = time.GetTimestamp();
            using var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(new IPEndPoint(to, HealthService.Port), ct);
            await socket.SendAsync(HealthService.Request, ct);
            var head = await HealthStream.ReadHeadAsync(socket, ct);
            return HealthService.Objection(head.Span) is { } objection ? ProbeResult.Failed(objection) : ProbeResult.Answered(time.GetElapsedTime(started));
        }
        catch (SocketException exception)
        {
            return ProbeResult.Failed(ProbeWords.Of(exception));
        }
    }

    public void Dispose()
    {
        foreach (var socket in (Lazy<EchoSocket>[])[_ipv4, _ipv6])
        {
            if (socket.IsValueCreated)
                socket.Value.Dispose();
        }
    }
}
