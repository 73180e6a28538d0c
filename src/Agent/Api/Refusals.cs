using Cilium.Framework.Client;
using Cilium.Framework.Client.Models;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Agent.Api;

/// <summary>Gives every answer that is not a success a body that says what is wrong: refusals, unknown paths and methods, and faults of the agent itself.</summary>
internal static partial class Refusals
{
    /// <summary>Comes before the routes.</summary>
    public static void Use(WebApplication app, ILogger logger) => app.Use((context, next) => AnswerAsync(context, next, logger));

    private static async Task AnswerAsync(HttpContext context, RequestDelegate next, ILogger logger)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            var (status, text) = Refusal(exception);
            if (status == StatusCodes.Status500InternalServerError && exception is not RefusedException)
                Failed(logger, exception, context.Request.Method, context.Request.Path);
            await WriteAsync(context, status, text);
            return;
        }

        if (!context.Response.HasStarted && Unknown(context) is { } unknown)
            await WriteAsync(context, context.Response.StatusCode, unknown);
    }

    private static Task WriteAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new ApiError { Error = text }, ApiJson.Plain.ApiError);
    }

    /// <summary>What the router found nothing for.</summary>
    private static string? Unknown(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => $"{context.Request.Method} {context.Request.Path}: there is no such path. Known: /v1/healthz, config, endpoint, identity, ipam, kvstore, policy, bgp/peers, bgp/routes, bgp/advertisements, framework/tables, plugins, configuration, events, route-ledger, mtu.",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Method} {context.Request.Path}: the method is not accepted here. Accepted: {context.Response.Headers.Allow}.",
        _ => null,
    };

    private static (int Status, string Text) Refusal(Exception exception) => exception switch
    {
        RefusedException refused => (refused.Status, refused.Message),
        BadHttpRequestException bad => (bad.StatusCode, Words(bad.StatusCode)),
        CiliumException cilium => (StatusOf(cilium.Kind), cilium.Message),
        _ => (StatusCodes.Status500InternalServerError, $"The agent failed: {exception.GetType().Name}: {exception.Message} Its log says where; please report it."),
    };

    /// <summary>What the server refuses by itself, before or while a route reads.</summary>
    public static string Words(int status) => status switch
    {
        StatusCodes.Status408RequestTimeout => "The request did not arrive in time: it was sent too slowly, or not to its end. Nothing was changed. Send it again.",
        StatusCodes.Status413PayloadTooLarge => ApiLimits.TooLarge(null),
        StatusCodes.Status414UriTooLong or StatusCodes.Status431RequestHeaderFieldsTooLarge => "The request's path, query or headers are too long. Nothing was changed.",
        _ => "The request is not HTTP as this server reads it: a path without NUL and with whole escapes, known headers, a body that ends where it says. Nothing was changed.",
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

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed.")]
    private static partial void Failed(ILogger logger, Exception exception, string method, string path);
}
