using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Jobs;

internal static partial class JobLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "job {Name} failed and starts again in {Seconds} s")]
    public static partial void Failed(ILogger logger, Exception error, string name, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "job {Name} does not end within {Seconds} s of being stopped; it is left behind")]
    public static partial void DoesNotEnd(ILogger logger, string name, double seconds);
}
