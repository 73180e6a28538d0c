using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Cilium.Framework.NodeHealth;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>Asks from inside the health endpoint's namespace, over sockets that were opened there.</summary>
internal sealed class EndpointProbeOrigin : IProbeOrigin, IDisposable
{
    private readonly EchoSocket _ipv4Echo;
    private readonly EchoSocket _ipv6Echo;
    private readonly Channel<ReusedSocket> _ipv4;
    private readonly Channel<ReusedSocket> _ipv6;
    private readonly TimeProvider _time;

    /// <param name="sockets">Owned from now on, but for the listener and netlink.</param>
    /// <param name="time">The clock.</param>
    public EndpointProbeOrigin(EndpointSockets sockets, TimeProvider time)
    {
        _time = time;
        (_ipv4Echo, _ipv6Echo) = (Echo(sockets.IPv4Echo, time), Echo(sockets.IPv6Echo, time));
        (_ipv4, _ipv6) = (Pool(sockets.IPv4), Pool(sockets.IPv6));
    }

    public Task<ProbeResult> EchoAsync(IPAddress to, CancellationToken ct) => (to.AddressFamily == AddressFamily.InterNetworkV6 ? _ipv6Echo : _ipv4Echo).AskAsync(to, ct);

    /// <summary>A thread is blocked for the probe: the sockets can be used in no other way. There are as many as there are sockets at most.</summary>
    public async Task<ProbeResult> GreetAsync(IPAddress to, CancellationToken ct)
    {
        var pool = to.AddressFamily == AddressFamily.InterNetworkV6 ? _ipv6 : _ipv4;
        var socket = await pool.Reader.ReadAsync(ct);
        return await Task.Factory.StartNew(
            () =>
            {
                try
                {
                    return socket.Greet(to, _time);
                }
                finally
                {
                    // Closed where the agent has ended meanwhile.
                    if (!pool.Writer.TryWrite(socket))
                        socket.Dispose();
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public void Dispose()
    {
        _ipv4Echo.Dispose();
        _ipv6Echo.Dispose();
        foreach (var pool in (Channel<ReusedSocket>[])[_ipv4, _ipv6])
        {
            pool.Writer.TryComplete();
            while (pool.Reader.TryRead(out var socket))
                socket.Dispose();
        }
    }

    private static EchoSocket Echo(int descriptor, TimeProvider time) => new(new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)), time);

    private static Channel<ReusedSocket> Pool(IEnumerable<int> descriptors)
    {
        var pool = Channel.CreateUnbounded<ReusedSocket>();
        foreach (var descriptor in descriptors)
            pool.Writer.TryWrite(new ReusedSocket(descriptor));
        return pool;
    }
}
