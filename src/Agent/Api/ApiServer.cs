using Cilium.Framework.Client.Models;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Cilium.Framework.Agent.Api;

/// <summary>Serves the API on a unix socket.</summary>
internal static class ApiServer
{
    /// <summary>A server that is not started yet.</summary>
    /// <param name="socket">Path; an old socket there is replaced.</param>
    /// <param name="services">What it answers from.</param>
    /// <param name="loggers">Logging.</param>
    /// <param name="limits">What clients may take; null: the usual.</param>
    public static WebApplication Create(string socket, ApiServices services, ILoggerFactory loggers, ApiServerLimits? limits = null)
    {
        limits ??= new ApiServerLimits();
        // Empty: any other builder reads settings from the working directory and watches everything below it, which is the whole machine for a service.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = [], ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore();
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.Backlog = limits.Backlog);
        builder.Services.AddSingleton(loggers);
        builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Plain));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenUnixSocket(socket, listen =>
            {
                listen.Use(new ConnectionLimit(limits.Connections).Use);
                listen.Use(BareAnswers.Use);
            });
            limits.Apply(kestrel.Limits);
            kestrel.AddServerHeader = false;
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        Refusals.Use(app, loggers.CreateLogger("api"));
        Routes.Map(app, services);
        return app;
    }
}
