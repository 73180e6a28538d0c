using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Store;

namespace Cilium.Framework.Operator;

/// <summary>Looks whether the store can be used, and says in words what is awaited while it cannot.</summary>
/// <param name="store">The store, started.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class StoreWatch(IKvstore store, TimeProvider time, ILogger logger)
{
    /// <summary>A store does not tell by itself that it can be used again.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private readonly StoreCalls _calls = new(store, time);
    private volatile KvstoreStatus? _last;

    /// <summary>How it is, for people.</summary>
    public string Line => _last is { } last ? $"{(last.IsReachable ? "at work" : "waiting for the store")}; {last.Message}" : "starting";

    /// <summary>Looks again and again until cancelled.</summary>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            await Task.Delay(Every, time, ct);
            await LookAsync(ct);
        }
    }

    /// <summary>Looks once.</summary>
    /// <param name="ct">Gives up.</param>
    public async Task LookAsync(CancellationToken ct)
    {
        var status = await AskAsync(ct);
        if (status.IsReachable && _last is not { IsReachable: true })
            Answers(logger, status.Message);
        if (!status.IsReachable && _last is not { IsReachable: false })
            Awaited(logger, status.Message);
        _last = status;
    }

    private async Task<KvstoreStatus> AskAsync(CancellationToken ct)
    {
        try
        {
            return await _calls.GetStatusAsync(ct);
        }
        catch (CiliumException exception)
        {
            return new(false, exception.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The store answers. {Message}")]
    private static partial void Answers(ILogger logger, string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for the store; what has to be done is done when it answers. {Message}")]
    private static partial void Awaited(ILogger logger, string message);
}
