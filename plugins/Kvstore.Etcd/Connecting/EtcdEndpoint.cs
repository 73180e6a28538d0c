using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace Cilium.Framework.Kvstore.Etcd.Connecting;

/// <summary>One member of the cluster. Connections are made when they are needed; calls and watches have their own, so that a watch nobody reads delays no call.</summary>
internal sealed class EtcdEndpoint : IDisposable
{
    private readonly EtcdSettings _settings;
    private readonly TlsFiles _tls;
    private readonly GrpcChannel _calls;
    private readonly GrpcChannel _watches;

    public EtcdEndpoint(Uri address, EtcdSettings settings, TlsFiles tls, Interceptor? interceptor)
    {
        (Address, _settings, _tls) = (address, settings, tls);
        (_calls, _watches) = (Open(), Open());
        Calls = Intercepted(_calls, interceptor);
        Watches = Intercepted(_watches, interceptor);
    }

    public Uri Address { get; }

    /// <summary>As it was configured, for texts.</summary>
    public string Name => Address.GetLeftPart(UriPartial.Authority);

    public CallInvoker Calls { get; }

    public CallInvoker Watches { get; }

    /// <summary>Version that it said it has; null until it has answered, and again after its connection failed: another may listen there now.</summary>
    public string? Version { get; set; }

    /// <summary>Why its certificate was refused at the last attempt; null: it was not.</summary>
    public string? CertificateProblem { get; private set; }

    /// <summary>The certificate that we show; null: none.</summary>
    public X509Certificate2? Ours => _tls.Ours;

    public void Dispose()
    {
        _calls.Dispose();
        _watches.Dispose();
    }

    private GrpcChannel Open()
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectTimeout = _settings.DialTimeout,
            ConnectCallback = ConnectAsync,
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            KeepAlivePingDelay = _settings.KeepaliveTime,
            KeepAlivePingTimeout = _settings.KeepaliveTimeout,
            // etcd closes connections that ping while nothing is awaited.
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
        if (Address.Scheme == Uri.UriSchemeHttps)
        {
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => _tls.Ours!;
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                (CertificateProblem = _tls.Judge(certificate, chain, errors, Address.Host)) is null;
        }

        return GrpcChannel.ForAddress(Address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, MaxReceiveMessageSize = null, MaxSendMessageSize = null });
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        _tls.Refresh();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static CallInvoker Intercepted(GrpcChannel channel, Interceptor? interceptor) =>
        interceptor is null ? channel.CreateCallInvoker() : channel.Intercept(interceptor);
}
