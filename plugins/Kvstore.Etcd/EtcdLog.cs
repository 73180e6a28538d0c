using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Kvstore.Etcd;

internal static partial class EtcdLog
{
    [LoggerMessage(1, LogLevel.Information, "etcd {Endpoint} answers, version {Version}")]
    public static partial void Connected(ILogger logger, string endpoint, string version);

    [LoggerMessage(2, LogLevel.Warning, "etcd {Endpoint} is lost: {Cause}")]
    public static partial void Lost(ILogger logger, string endpoint, string cause);

    [LoggerMessage(3, LogLevel.Warning, "the watch over {Prefix} is interrupted: {Cause}. It goes on by itself")]
    public static partial void WatchInterrupted(ILogger logger, string prefix, string cause);

    [LoggerMessage(4, LogLevel.Information, "the watch over {Prefix} compares everything again: {Cause}")]
    public static partial void Relisting(ILogger logger, string prefix, string cause);

    [LoggerMessage(5, LogLevel.Warning, "lease {Lease} could not be renewed, {Left} s are left: {Cause}")]
    public static partial void NotRenewed(ILogger logger, string lease, double left, string cause);

    [LoggerMessage(6, LogLevel.Error, "lease {Lease} is lost: {Cause}")]
    public static partial void LeaseLost(ILogger logger, string lease, string cause);

    [LoggerMessage(7, LogLevel.Warning, "etcd is not reached yet: {Cause}")]
    public static partial void NotReached(ILogger logger, string cause);
}
