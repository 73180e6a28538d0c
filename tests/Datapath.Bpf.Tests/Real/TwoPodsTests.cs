using System.Net;
using System.Net.Sockets;

namespace Cilium.Framework.Datapath.Bpf.Tests.Real;

/// <summary>Real packets between workloads of one node.</summary>
[Trait("Needs", "Root")]
public sealed class TwoPodsTests
{
    [Theory]
    [InlineData("10.90.1.1", "10.90.1.2")]
    [InlineData("fd90::a:1", "fd90::a:2")]
    public async Task An_allowed_connection_carries_data_and_a_denied_one_does_not_open(string clientAddress, string serverAddress)
    {
        using var node = new TestNode();
        var client = node.AddPod(1, 1001, Only4(clientAddress), Only6(clientAddress));
        var server = node.AddPod(2, 1002, Only4(serverAddress), Only6(serverAddress));
        node.Realise(client, Entries.AllIn, Entries.AllOut);
        node.Realise(server, Entries.In(1001, Rows.IpProtocol.Tcp, 80), Entries.AllOut);
        var address = IPAddress.Parse(serverAddress);

        using var allowed = Listen(server, address, 80);
        using var denied = Listen(server, address, 81);
        Assert.Equal("hello", await ExchangeAsync(client, allowed, new IPEndPoint(address, 80)));

        using var refused = client.Socket(address.AddressFamily, SocketType.Stream);
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(700));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await refused.ConnectAsync(new IPEndPoint(address, 81), patience.Token));
    }

    private static Socket Listen(TestPod pod, IPAddress address, int port)
    {
        var listener = pod.Socket(address.AddressFamily, SocketType.Stream);
        listener.Bind(new IPEndPoint(address, port));
        listener.Listen();
        return listener;
    }

    private static async Task<string> ExchangeAsync(TestPod client, Socket listener, IPEndPoint server)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        using var socket = client.Socket(server.AddressFamily, SocketType.Stream);
        var accepting = listener.AcceptAsync(patience.Token);
        await socket.ConnectAsync(server, patience.Token);
        using var accepted = await accepting;
        await socket.SendAsync("hello"u8.ToArray(), patience.Token);
        var buffer = new byte[16];
        var count = await accepted.ReceiveAsync(buffer, patience.Token);
        return System.Text.Encoding.ASCII.GetString(buffer, 0, count);
    }

    private static string? Only4(string address) => address.Contains(':', StringComparison.Ordinal) ? null : address;

    private static string? Only6(string address) => address.Contains(':', StringComparison.Ordinal) ? address : null;
}
