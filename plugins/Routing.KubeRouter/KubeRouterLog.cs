using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Routing.KubeRouter;

internal static partial class KubeRouterLog
{
    [LoggerMessage(1, LogLevel.Information, "gobgp {Address} answers: GoBGP {Version}, AS {As}, router {RouterId}")]
    public static partial void Connected(ILogger logger, string address, int version, uint @as, string routerId);

    [LoggerMessage(2, LogLevel.Warning, "{Cause} It is tried again by itself")]
    public static partial void Lost(ILogger logger, string cause);

    [LoggerMessage(3, LogLevel.Error, "following gobgp {Address} failed. It is tried again by itself")]
    public static partial void Failed(ILogger logger, string address, Exception error);

    [LoggerMessage(4, LogLevel.Information, "{Prefix} is routed through {NextHop}, as gobgp tells")]
    public static partial void Installed(ILogger logger, string prefix, string nextHop);

    [LoggerMessage(5, LogLevel.Information, "{Prefix} is routed no more: {Why}")]
    public static partial void Removed(ILogger logger, string prefix, string why);

    [LoggerMessage(6, LogLevel.Information, "{Prefix} is advertised with the next hop {NextHop}")]
    public static partial void Advertised(ILogger logger, string prefix, string nextHop);

    [LoggerMessage(7, LogLevel.Information, "{Prefix} is withdrawn")]
    public static partial void Withdrawn(ILogger logger, string prefix);
}
