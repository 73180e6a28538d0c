using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Store;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Identities;

/// <summary>Operator module: collects unused numbers again and again, whoever comes first for the whole cluster.</summary>
/// <remarks>A turn is a key that vanishes by itself. Two that collect at once would do no harm: each removal is a conditional commit.</remarks>
/// <param name="store">The store.</param>
/// <param name="collector">Collects once.</param>
/// <param name="interval">How often; Cilium collects every ten minutes (facts 9.4).</param>
/// <param name="holder">Who this is, for whoever looks at the key.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class IdentityCollection(StoreCalls store, IdentityCollector collector, TimeSpan interval, string holder, TimeProvider time, ILogger logger)
{
    /// <summary>Whose turn it is.</summary>
    public const string TurnKey = "cilium/framework/v1/identities/collection";

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    /// <summary>A little shorter than the interval: who collected finds its own turn over when it comes again, also where the store is late in removing the key.</summary>
    private TimeSpan TurnLasts => interval * 0.9;

    /// <summary>Runs until cancelled.</summary>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            var pause = interval;
            try
            {
                if (!await TakeTurnAsync(ct))
                    LogNotOurTurn(logger);
                else if (await collector.CollectAsync(ct) is > 0 and var collected)
                    LogCollected(logger, collected);
            }
            catch (CiliumException exception)
            {
                pause = Retry < interval ? Retry : interval;
                LogFailed(logger, exception.Message, pause);
            }

            await Task.Delay(pause, time, ct);
        }
    }

    /// <returns>False: somebody has collected within the last interval, or is at it.</returns>
    private async Task<bool> TakeTurnAsync(CancellationToken ct)
    {
        // Not renewed: the next turn begins when it runs out.
        await using var turn = await store.GrantLeaseAsync(TurnLasts, ct);
        return (await store.CommitAsync([new KvCondition.KeyAbsent(TurnKey)], [new KvOperation.Put(TurnKey, System.Text.Encoding.UTF8.GetBytes(holder), turn)], ct)).Succeeded;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Identity numbers are not collected here: somebody else has the turn.")]
    private static partial void LogNotOurTurn(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Count} identity numbers that no node uses.")]
    private static partial void LogCollected(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Identity numbers cannot be collected now; next attempt in {Pause}: {Cause}")]
    private static partial void LogFailed(ILogger logger, string cause, TimeSpan pause);
}
