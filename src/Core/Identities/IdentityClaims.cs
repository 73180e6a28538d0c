using Cilium.Framework.Endpoints;
using Cilium.Framework.Errors;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.Tables;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Identities;

/// <summary>endpoint-requests -> identity-claims: a number for every label set in use, and its release when nothing resolves to it any more.</summary>
/// <param name="allocator">Asks the store.</param>
/// <param name="requests">Who needs numbers.</param>
/// <param name="inUse">Numbers that an address still resolves to: they are not released yet, whoever needed them.</param>
/// <param name="claims">Written here only.</param>
/// <param name="file">Where numbers are remembered.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class IdentityClaims(
    IdentityAllocator allocator,
    IReadTable<ushort, EndpointRequest> requests,
    IIdentitiesInUse inUse,
    IWriteTable<LabelSet, IdentityClaimRow> claims,
    IdentityStateFile file,
    TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan RetryFirst = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryLongest = TimeSpan.FromMinutes(1);

    /// <summary>Cilium collects every ten minutes too (facts 9.4).</summary>
    private static readonly TimeSpan CollectEvery = TimeSpan.FromMinutes(10);

    private readonly HashSet<LabelSet> _unconfirmed = [];

    /// <summary>Takes over the numbers that an earlier process used, before any store is reached.</summary>
    /// <param name="state">What it left.</param>
    public void Restore(IdentityState state)
    {
        foreach (var (key, number) in state.Claims)
        {
            var labels = LabelSet.FromKey(key);
            var id = new NumericIdentity(number);
            allocator.Adopt(labels, id);
            _unconfirmed.Add(labels);
            claims.Upsert(new IdentityClaimRow(labels, id));
        }
    }

    /// <summary>Runs until cancelled. Failures of the store are retried inside; claims say meanwhile why they wait.</summary>
    /// <param name="ct">Ends it.</param>
    public async Task RunAsync(CancellationToken ct)
    {
        var wake = new Wake();
        using var onRequests = requests.Attach(wake);
        using var onUse = inUse.Attach(wake);
        var retry = RetryFirst;
        var nextCollection = time.GetUtcNow();
        var staleRemoved = false;
        while (true)
        {
            var pause = nextCollection - time.GetUtcNow();
            try
            {
                await ReconcileAsync(ct);
                if (requests.IsInitialized && (!staleRemoved || pause <= TimeSpan.Zero))
                {
                    await CollectAsync(ct);
                    staleRemoved = true;
                    nextCollection = time.GetUtcNow() + CollectEvery;
                }

                retry = RetryFirst;
                pause = nextCollection - time.GetUtcNow();
            }
            catch (CiliumException exception)
            {
                LogRetry(logger, exception, retry);
                pause = retry;
                retry = TimeSpan.FromTicks(Math.Min(retry.Ticks * 2, RetryLongest.Ticks));
            }

            await WaitAsync(wake, pause, ct);
        }
    }

    private async Task ReconcileAsync(CancellationToken ct)
    {
        var needed = requests.Select(request => Claimed(request.IdentityLabels)).ToHashSet();
        Exception? failure = null;
        foreach (var labels in needed)
        {
            try
            {
                await ClaimAsync(labels, ct);
            }
            catch (CiliumException exception)
            {
                failure = exception;
                if (claims[labels]?.Id is null)
                    claims.Upsert(new IdentityClaimRow(labels, null, exception.Message));
            }
        }

        if (requests.IsInitialized)
        {
            foreach (var claim in claims.Where(claim => !needed.Contains(claim.Labels) && (claim.Id is not { } id || !inUse.Contains(id))).ToList())
                await WithdrawAsync(claim.Labels, ct);
        }

        if (failure is not null)
            throw failure;
    }

    /// <summary>An endpoint without labels is <c>reserved:init</c>.</summary>
    internal static LabelSet Claimed(LabelSet labels) => labels.Count > 0 ? labels : LabelSet.Create([new Label(Label.ReservedSource, "init")]);

    private async Task ClaimAsync(LabelSet labels, CancellationToken ct)
    {
        if (_unconfirmed.Contains(labels))
        {
            await allocator.ConfirmAsync(labels, ct);
            _unconfirmed.Remove(labels);
        }

        var id = await allocator.AllocateAsync(labels, ct);
        if (claims[labels]?.Id == id)
            return;
        if (!id.IsReserved)
            file.Change(state => state with { Claims = new Dictionary<string, uint>(state.Claims) { [labels.ToKey()] = id.Value } });
        claims.Upsert(new IdentityClaimRow(labels, id));
    }

    private async Task WithdrawAsync(LabelSet labels, CancellationToken ct)
    {
        await allocator.ReleaseAsync(labels, ct);
        file.Change(state => state with { Claims = state.Claims.Where(claim => claim.Key != labels.ToKey()).ToDictionary() });
        _unconfirmed.Remove(labels);
        claims.Remove(labels);
    }

    private async Task CollectAsync(CancellationToken ct)
    {
        var stale = await allocator.RemoveStaleAsync(claims.Select(claim => claim.Labels).ToHashSet(), ct);
        var collected = await allocator.CollectAsync(ct);
        if (stale + collected > 0)
            LogCollected(logger, stale, collected);
    }

    private async Task WaitAsync(Wake wake, TimeSpan atMost, CancellationToken ct)
    {
        using var timer = new CancellationTokenSource(atMost > TimeSpan.Zero ? atMost : TimeSpan.FromTicks(1), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, ct);
        try
        {
            await wake.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // The pause is over.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Identities cannot be allocated or released now; next attempt in {Pause}.")]
    private static partial void LogRetry(ILogger logger, Exception exception, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Stale} identity uses of an earlier run and {Collected} numbers that nobody uses.")]
    private static partial void LogCollected(ILogger logger, int stale, int collected);
}
