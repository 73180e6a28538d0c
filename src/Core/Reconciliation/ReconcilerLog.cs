using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Reconciliation;

internal static partial class ReconcilerLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "table {Table}, row {Key} is not realised: {Error}")]
    public static partial void RowFailed(ILogger logger, string table, string? key, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "table {Table}: a batch of {Count} items failed and is tried again")]
    public static partial void BatchFailed(ILogger logger, Exception error, string table, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "table {Table}: {Count} objects that nobody desires were removed")]
    public static partial void Pruned(ILogger logger, string table, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "table {Table}: what nobody desires could not be removed and is tried again")]
    public static partial void PruneFailed(ILogger logger, Exception error, string table);
}
