using Microsoft.Extensions.Logging.Console;

namespace Cilium.Framework.Daemon;

/// <summary>The log of a service: one line an event, on standard error, for the service manager.</summary>
internal static class ServiceLog
{
    public static ILoggerFactory Create(LogSwitch minimum) => LoggerFactory.Create(builder => builder
        .SetMinimumLevel(LogLevel.Trace)
        .AddFilter((_, level) => level >= minimum.Level)
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddConsole(console => console.FormatterName = LineFormatter.FormatterName)
        .AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>()
        .Services.AddSingleton(TimeProvider.System)
        .Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
}
