using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Identities;

/// <summary>Operator module: collects unused numbers again and again, in one process of the cluster at a time.</summary>
/// <param name="store">The store.</param>
/// <param name="collector">Collects once.</param>
/// <param name="holder">Who this is, for whoever looks at the lock.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class IdentityCollection(IKvstore store, IdentityCollector collector, string holder, TimeProvider time, ILogger logger)
{
    private const string LockKey = "cilium/framework/v1/locks/identity-collection";

    /// <summary>Cilium collects every ten minutes too (facts 9.4).</summary>
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    /// <summary>As long as Cilium's locks live (facts 2b).</summary>
    private static readonly TimeSpan LockTimeToLive = TimeSpan.FromSeconds(25);

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    /// <summary>Runs until cancelled.</summary>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(CancellationToken ct)
    {
        while (true)
        {
            var pause = Every;
            try
            {
                if (await CollectAsync(ct) is > 0 and var collected)
                    LogCollected(logger, collected);
            }
            catch (CiliumException exception)
            {
                pause = Retry;
                LogFailed(logger, exception, pause);
            }

            await Task.Delay(pause, time, ct);
        }
    }

    private async Task<int> CollectAsync(CancellationToken ct)
    {
        if (!store.Capabilities.HasFlag(KvstoreCapabilities.Shared))
            return await collector.CollectAsync(ct);
        await using var held = await KvLock.AcquireAsync(store, LockKey, LockTimeToLive, holder, ct);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(held.Lost, ct);
        try
        {
            return await collector.CollectAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new CiliumException(ErrorKind.Unavailable, $"the lock {LockKey} was lost while numbers were collected. It is tried again.");
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Count} identity numbers that no node uses.")]
    private static partial void LogCollected(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Identity numbers cannot be collected now; next attempt in {Pause}.")]
    private static partial void LogFailed(ILogger logger, Exception exception, TimeSpan pause);
}
