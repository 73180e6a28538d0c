using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Cilium.Framework.Daemon;

/// <summary>One line an event: time, level, the last word of the category, text; an exception follows below.</summary>
/// <param name="time">The clock.</param>
internal sealed class LineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    /// <inheritdoc />
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var text = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var source = logEntry.Category[(logEntry.Category.LastIndexOf(':') + 1)..];
        source = source.StartsWith("Cilium.", StringComparison.Ordinal) ? source[(source.LastIndexOf('.') + 1)..] : source;
        textWriter.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {Level(logEntry.LogLevel)} {source}: {text.ReplaceLineEndings(" | ")}"));
        if (logEntry.Exception is { } exception)
            textWriter.WriteLine(exception);
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info ",
        LogLevel.Warning => "warn ",
        _ => "error",
    };
}
