using System.Net;
using System.Net.Sockets;
using Cilium.Framework.Rows;

namespace Cilium.Framework.Datapath.Bpf.Tests.Real;

/// <summary>Another agent, and another build of the programs, take over under traffic.</summary>
[Trait("Needs", "Root")]
public sealed class ReplacementTests
{
    private const int Replacements = 6, Burst = 3, AllowedPort = 7070, DeniedPort = 7071;

    [Fact]
    public async Task No_datagram_is_lost_and_none_slips_through_while_programs_are_replaced()
    {
        using var node = new TestNode();
        var client = node.AddPod(1, 1001, "10.90.1.1");
        var server = node.AddPod(2, 1002, "10.90.1.2");
        node.Realise(client, Entries.AllOut, Entries.AllIn);
        node.Realise(server, Entries.In(1001, IpProtocol.Udp, AllowedPort), Entries.AllOut);
        using var allowed = Bound(server, AllowedPort);
        using var denied = Bound(server, DeniedPort);
        using var sender = client.Socket(AddressFamily.InterNetwork, SocketType.Dgram);
        var payload = new byte[10];
        await sender.SendToAsync(payload, SocketFlags.None, new IPEndPoint(server.IPv4!, AllowedPort));
        Assert.Equal(payload.Length, await allowed.ReceiveAsync(payload, SocketFlags.None));

        using var stop = new CancellationTokenSource();
        var sending = Task.Run(() => SendAsync(sender, server.IPv4!, stop.Token));
        for (var i = 0; i < Replacements; i++)
            node.Restart(node.Settings with { Trace = i % 2 == 1 });
        await stop.CancelAsync();
        var sent = await sending;

        var received = 0;
        await Eventually.TrueAsync(() => (received += Drain(allowed)) >= sent, "every datagram arrives");
        Assert.Equal(sent, received);
        Assert.InRange(sent, Replacements, int.MaxValue);
        Assert.Equal(0, denied.Available);
    }

    private static async Task<int> SendAsync(Socket sender, IPAddress server, CancellationToken stop)
    {
        var sent = 0;
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        while (!stop.IsCancellationRequested)
        {
            for (var i = 0; i < Burst; i++, sent++)
            {
                sender.SendTo(new byte[10], new IPEndPoint(server, AllowedPort));
                sender.SendTo(new byte[10], new IPEndPoint(server, DeniedPort));
            }

            await pace.WaitForNextTickAsync(CancellationToken.None);
        }

        return sent;
    }

    private static int Drain(Socket socket)
    {
        var buffer = new byte[100];
        var count = 0;
        for (; socket.Available > 0; count++)
            socket.Receive(buffer);
        return count;
    }

    private static Socket Bound(TestPod pod, int port)
    {
        var socket = pod.Socket(AddressFamily.InterNetwork, SocketType.Dgram);
        // Room for everything: a datagram that the socket itself drops would look like a loss on the way.
        socket.ReceiveBufferSize = 8 << 20;
        socket.Bind(new IPEndPoint(pod.IPv4!, port));
        return socket;
    }
}
