using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Routing.KubeRouter.Tests.Servers;

/// <summary>A gRPC server that answers as grpc-go does where a service is not known, and with nothing in it where a call is.</summary>
internal sealed class FakeGrpcServer : IAsyncDisposable
{
    private const string Unimplemented = "12";
    private readonly WebApplication _server;

    private FakeGrpcServer(WebApplication server) => _server = server;

    public string Address => _server.Urls.First();

    /// <param name="service">A service that it knows; null: none.</param>
    /// <param name="method">The one call of it that it knows; null: none.</param>
    public static async Task<FakeGrpcServer> StartAsync(string? service = null, string? method = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var server = builder.Build();
        server.Run(context => AnswerAsync(context, service, method));
        await server.StartAsync(TestContext.Current.CancellationToken);
        return new(server);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context, string? service, string? method)
    {
        var asked = context.Request.Path.Value!.Split('/');
        context.Response.ContentType = "application/grpc";
        if (asked[1] != service || asked[2] != method)
        {
            context.Response.Headers["grpc-status"] = Unimplemented;
            context.Response.Headers["grpc-message"] = asked[1] == service ? $"unknown method {asked[2]} for service {asked[1]}" : $"unknown service {asked[1]}";
            return;
        }

        // Flag and length of an empty message.
        await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
