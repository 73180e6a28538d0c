using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Routing.KubeRouter.Tests.Servers;

/// <summary>A web server that knows no page.</summary>
internal sealed class FakeWebServer : IAsyncDisposable
{
    private readonly WebApplication _server;

    private FakeWebServer(WebApplication server) => _server = server;

    public string Address => _server.Urls.First();

    public static async Task<FakeWebServer> StartAsync(HttpProtocols protocols)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        var server = builder.Build();
        await server.StartAsync(TestContext.Current.CancellationToken);
        return new(server);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();
}
