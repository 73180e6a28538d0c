using System.Buffers.Binary;
using Etcdserverpb;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Kvstore.Etcd.Tests;

/// <summary>Answers Maintenance.Status with version 3.0.0 and knows nothing else: an etcd that old cannot be had here.</summary>
internal sealed class FakeOldServer : IAsyncDisposable
{
    private readonly WebApplication _server;

    private FakeOldServer(WebApplication server) => _server = server;

    public string Address => _server.Urls.First();

    public static async Task<FakeOldServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var server = builder.Build();
        server.MapPost("/etcdserverpb.Maintenance/Status", AnswerAsync);
        await server.StartAsync(Stores.Stop);
        return new(server);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context)
    {
        var message = new StatusResponse { Version = "3.0.0", Header = new() }.ToByteArray();
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(frame, context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
