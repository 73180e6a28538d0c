using Cilium.Framework.Errors;
using Cilium.Framework.Kvstore;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.Store;
using Cilium.Framework.Tables;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Identities;

/// <summary>Decides about numbers that vanished from the store: collected on purpose, removed by somebody, or lost with the store's content and to be brought back.</summary>
/// <remarks>
/// When the store was wiped, every agent still knows the numbers it has seen. They keep their meaning: who uses one writes it again at once
/// (<see cref="IdentityClaims"/>), and those that nobody here uses are written a little later, if nobody else has taken number or labels.
/// </remarks>
/// <param name="stored">What is and was in the store.</param>
/// <param name="source">Told what is gone for good.</param>
/// <param name="claims">What this node uses.</param>
/// <param name="store">The store.</param>
/// <param name="keys">How its keys are written.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class LostNumbers(
    IReadTable<NumericIdentity, StoredIdentityRow> stored, IdentitySource source, IReadTable<LabelSet, IdentityClaimRow> claims, StoreCalls store, IdentityKeys keys, TimeProvider time, ILogger logger)
{
    /// <summary>Deletions that belong together come together: a wiped store reports them within this time.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(200);

    /// <summary>Users of a number come first.</summary>
    private static readonly TimeSpan UsersFirst = TimeSpan.FromMilliseconds(300);

    /// <summary>After the store could not be reached.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private const int AtOnce = 16;

    private bool _isTold;

    /// <summary>Runs until cancelled.</summary>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(CancellationToken ct)
    {
        using var tracker = stored.Track();
        var wake = new Wake();
        using var onChange = stored.Attach(wake);
        var missing = new HashSet<NumericIdentity>();
        var lately = new HashSet<NumericIdentity>();
        while (true)
        {
            await Task.Delay(Together, time, ct);
            // What is taken just before the table shows it counts in the next round too.
            var vanished = source.TakeVanished().ToHashSet();
            var isMissing = Read(tracker, missing);
            var isSettled = isMissing && await SettleAsync(missing, [.. vanished, .. lately], ct);
            lately = isSettled ? [] : isMissing ? [.. vanished, .. lately] : vanished;

            if (missing.Count == 0 || !stored.IsInitialized)
                await wake.WaitAsync(ct);
            else
                await Task.Delay(Retry, time, ct);
        }
    }

    /// <returns>True when something is missing that the store has been asked about.</returns>
    private bool Read(TableTracker<NumericIdentity, StoredIdentityRow> tracker, HashSet<NumericIdentity> missing)
    {
        foreach (var change in tracker.Next())
        {
            if (!change.IsRemoval && change.Row.Revision == 0)
                missing.Add(change.Key);
            else
                missing.Remove(change.Key);
        }

        // Before the store has shown what it has, nothing is known to be missing.
        return missing.Count > 0 && stored.IsInitialized;
    }

    /// <returns>False: the store cannot be asked now.</returns>
    private async Task<bool> SettleAsync(HashSet<NumericIdentity> missing, HashSet<NumericIdentity> vanished, CancellationToken ct)
    {
        try
        {
            var collected = (await store.ListAsync(IdentityKeys.Collected, ct)).Select(entry => entry.Key[IdentityKeys.Collected.Length..]).ToHashSet(StringComparer.Ordinal);
            var used = claims.Select(claim => claim.Id).OfType<NumericIdentity>().ToHashSet();
            // A single number may have been removed by hand or by a collector that tells nobody; half of all at once means that the store lost them. Those count too that
            // their users have brought back already.
            var unexplained = vanished.Count(id => !collected.Contains(id.ToString()));
            var isWipe = unexplained * 2 >= stored.Count && unexplained > 0;
            foreach (var id in missing.Where(id => !used.Contains(id) && (!isWipe || collected.Contains(id.ToString()))).ToList())
            {
                source.Forget(id);
                missing.Remove(id);
            }

            if (isWipe)
                await BringBackAsync(missing, used, ct);
            // Numbers in use are brought back by those who use them.
            missing.ExceptWith(used);
            _isTold = false;
            return true;
        }
        catch (CiliumException exception)
        {
            if (!_isTold)
                LogUnreachable(logger, exception, missing.Count);
            _isTold = true;
            return false;
        }
    }

    private async Task BringBackAsync(HashSet<NumericIdentity> missing, HashSet<NumericIdentity> used, CancellationToken ct)
    {
        LogWipe(logger, missing.Count);
        await Task.Delay(UsersFirst + (UsersFirst * Random.Shared.NextDouble()), time, ct);
        var rows = missing.Where(id => !used.Contains(id)).Select(id => stored[id]).OfType<StoredIdentityRow>().Where(row => row.Revision == 0).ToList();
        foreach (var chunk in rows.Chunk(AtOnce))
            await Task.WhenAll(chunk.Select(row => WriteAsync(row, ct)));
        // Those that are not back in the next round have other labels, or their labels another number, by now: then they are forgotten.
    }

    private Task WriteAsync(StoredIdentityRow row, CancellationToken ct)
    {
        var number = IdentityKeys.Number(row.Id);
        return store.CommitAsync([new KvCondition.KeyAbsent(number), new KvCondition.PrefixEmpty(keys.UsesOf(row.Labels))], [new KvOperation.Put(number, keys.Value(row.Labels))], ct);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} identity numbers vanished from the store and nobody collected them: the store has lost its content. They keep their meaning and are written again.")]
    private static partial void LogWipe(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} identity numbers vanished from the store; it cannot be asked why now. They keep their meaning until then.")]
    private static partial void LogUnreachable(ILogger logger, Exception exception, int count);
}
