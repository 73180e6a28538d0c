using System.Net.Sockets;
using Grpc.Net.Client;

namespace Cilium.Framework.Routing.KubeRouter.GoBgp;

/// <summary>Opens channels over TCP and over Unix sockets. A channel connects when it is used, and again after its connection broke.</summary>
internal static class GoBgpChannel
{
    public static GrpcChannel Open(GoBgpAddress address, TimeSpan connectsWithin) => GrpcChannel.ForAddress(address.Channel, new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectTimeout = connectsWithin,
            ConnectCallback = (context, cancellationToken) => ConnectAsync(address, context, cancellationToken),
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        },
        DisposeHttpClient = true,
        MaxReceiveMessageSize = null,
        MaxSendMessageSize = null,
    });

    private static async ValueTask<Stream> ConnectAsync(GoBgpAddress address, SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = address.Socket is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (address.Socket is { } path)
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            else
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
