using System.Text.Json;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Errors;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cilium.Framework.Agent.Api;

/// <summary>Serves the API on a unix socket.</summary>
internal static class ApiServer
{
    /// <summary>Larger than the largest document, so that the refusal is ours and says what to do.</summary>
    private const long MaxBody = 16 << 20;

    /// <summary>A server that is not started yet.</summary>
    /// <param name="socket">Path; an old socket there is replaced.</param>
    /// <param name="services">What it answers from.</param>
    /// <param name="loggers">Logging.</param>
    public static WebApplication Create(string socket, ApiServices services, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(loggers);
        builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenUnixSocket(socket);
            kestrel.Limits.MaxRequestBodySize = MaxBody;
            kestrel.AddServerHeader = false;
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        app.Use(AnswerRefusalsAsync);
        Routes.Map(app, services);
        return app;
    }

    private static async Task AnswerRefusalsAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (!context.Response.HasStarted && Refusal(exception) is { } refusal)
        {
            context.Response.StatusCode = refusal.Status;
            await context.Response.WriteAsJsonAsync(new ApiError { Error = refusal.Message }, ApiJson.Default.ApiError);
        }
    }

    private static (int Status, string Message)? Refusal(Exception exception) => exception switch
    {
        RefusedException refused => (refused.Status, refused.Message),
        JsonException json => (400, $"The body is not understood: {json.Message} Nothing was changed."),
        Microsoft.AspNetCore.Http.BadHttpRequestException bad => (bad.StatusCode, bad.Message),
        CiliumException cilium => (StatusOf(cilium.Kind), cilium.Message),
        _ => null,
    };

    private static int StatusOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Invalid => 400,
        ErrorKind.Conflict => 409,
        ErrorKind.Unsupported => 501,
        ErrorKind.Denied => 403,
        ErrorKind.Unavailable or ErrorKind.Exhausted => 503,
        _ => 500,
    };
}
