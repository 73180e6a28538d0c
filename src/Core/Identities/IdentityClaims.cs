using Cilium.Framework.Endpoints;
using Cilium.Framework.Errors;
using Cilium.Framework.Labels;
using Cilium.Framework.Rows;
using Cilium.Framework.Store;
using Cilium.Framework.Tables;
using Microsoft.Extensions.Logging;

namespace Cilium.Framework.Identities;

/// <summary>endpoint-requests -> identity-claims: a number for every label set in use, and its release when nothing resolves to it any more.</summary>
/// <remarks>Fixed numbers are given at once. Each other set asks the store on its own: none waits for another, and one call of a store that hangs ends by its deadline.</remarks>
/// <param name="reserved">Numbers with a fixed meaning.</param>
/// <param name="allocator">Asks the store.</param>
/// <param name="lease">When it is lost, every use has to be written again.</param>
/// <param name="stored">What the store shows: a number that is gone from it and in use here is written again at once.</param>
/// <param name="start">When the first new number may be asked for.</param>
/// <param name="requests">Who needs numbers.</param>
/// <param name="inUse">Numbers that an address still resolves to: they are not released yet, whoever needed them.</param>
/// <param name="claims">Written here only.</param>
/// <param name="file">Where numbers are remembered.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class IdentityClaims(
    ReservedIdentities reserved,
    IdentityAllocator allocator,
    NodeLease lease,
    IReadTable<NumericIdentity, StoredIdentityRow> stored,
    FirstAllocation start,
    IReadTable<ushort, EndpointRequest> requests,
    IIdentitiesInUse inUse,
    IWriteTable<LabelSet, IdentityClaimRow> claims,
    IdentityStateFile file,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>Uses are written again as often as Cilium does it (facts 9.4): what somebody has deleted is back by then.</summary>
    private static readonly TimeSpan ConfirmEvery = TimeSpan.FromMinutes(1);

    /// <summary>Name of the withdrawal of stale uses among the errands; no label set is called so.</summary>
    private const string Tidying = "tidying";

    private readonly TableIndex<LabelSet, ushort, EndpointRequest> _needed = new(requests, request => [Claimed(request.IdentityLabels)]);
    private readonly HashSet<LabelSet> _unconfirmed = [];

    /// <summary>Revisions of the keys of numbers in use, as last seen. A number is written once: another revision says that the store lost it, and its use, in between.</summary>
    private readonly Dictionary<LabelSet, ulong> _seen = [];
    private IReadOnlyList<string> _formerNodes = [];
    private bool _isTidy;
    private int _losses;
    private long _confirmedAt = time.GetTimestamp();

    /// <summary>Takes over the numbers that an earlier process used, before any store is reached.</summary>
    /// <param name="state">What it left.</param>
    public void Restore(IdentityState state)
    {
        _formerNodes = state.FormerNodes ?? [];
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
        using var onLoss = lease.Attach(wake);
        using var onStore = stored.Attach(wake);
        using var onStart = start.Attach(wake);
        await using var errands = new Errands(time, wake, ct);
        while (true)
        {
            await errands.HarvestAsync(Failed);
            // Asked before looking: a source may deliver and report while we look.
            var isComplete = requests.IsInitialized;
            _needed.Update(new HashSet<LabelSet>());
            var needed = _needed.Values.ToHashSet();
            Doubt();
            Claim(needed, errands);
            if (isComplete)
            {
                Withdraw(needed, errands);
                Tidy(errands);
            }

            await WaitAsync(wake, Pause(errands), ct);
        }
    }

    /// <summary>An endpoint without labels is <c>reserved:init</c>.</summary>
    internal static LabelSet Claimed(LabelSet labels) => labels.Count > 0 ? labels : LabelSet.Create([new Label(Label.ReservedSource, "init")]);

    private void Claim(HashSet<LabelSet> needed, Errands errands)
    {
        foreach (var labels in needed)
        {
            if (reserved.TryGet(labels, out var id))
                claims.Upsert(new IdentityClaimRow(labels, id));
            else if (reserved.Objection(labels) is { } objection)
                claims.Upsert(new IdentityClaimRow(labels, null, objection));
        }

        var waiting = needed.Where(labels => reserved.Objection(labels) is null).Where(labels => _unconfirmed.Contains(labels) || (start.IsOver && claims[labels]?.Id is null)).ToList();
        foreach (var labels in waiting.OrderBy(labels => errands.DueOf(labels.ToKey())))
            errands.Begin(labels.ToKey(), stop => AllocateAsync(labels, stop));
    }

    /// <summary>Which uses are not certain to be in the store (any more).</summary>
    private void Doubt()
    {
        var isDue = time.GetElapsedTime(_confirmedAt) >= ConfirmEvery;
        if (isDue || _losses != lease.Losses)
        {
            (_losses, _confirmedAt) = (lease.Losses, time.GetTimestamp());
            _unconfirmed.UnionWith(allocator.Held.Keys);
        }

        foreach (var (labels, id) in allocator.Held)
        {
            if (stored[id] is { } row && (!row.Labels.Equals(labels) || (row.Revision == 0 && stored.IsInitialized) || WasWrittenAgain(labels, row.Revision)))
                _unconfirmed.Add(labels);
        }
    }

    private bool WasWrittenAgain(LabelSet labels, ulong revision)
    {
        if (revision == 0)
            return false;
        var isKnown = _seen.TryGetValue(labels, out var before);
        _seen[labels] = revision;
        return isKnown && before != revision;
    }

    private async Task<Action> AllocateAsync(LabelSet labels, CancellationToken ct)
    {
        // Says no at once when nothing is held.
        await allocator.ConfirmAsync(labels, ct);
        var id = await allocator.AllocateAsync(labels, ct);
        return () =>
        {
            _unconfirmed.Remove(labels);
            if (claims[labels]?.Id == id)
                return;
            file.Change(state => state with { Claims = new Dictionary<string, uint>(state.Claims) { [labels.ToKey()] = id.Value } });
            claims.Upsert(new IdentityClaimRow(labels, id));
        };
    }

    private void Withdraw(HashSet<LabelSet> needed, Errands errands)
    {
        foreach (var claim in claims.Where(claim => !needed.Contains(claim.Labels) && (claim.Id is not { } id || !inUse.Contains(id))).ToList())
        {
            if (claim.Id is { IsReserved: true } || reserved.Objection(claim.Labels) is not null)
                claims.Remove(claim.Labels);
            else
                errands.Begin(claim.Labels.ToKey(), stop => ReleaseAsync(claim.Labels, stop));
        }
    }

    private async Task<Action> ReleaseAsync(LabelSet labels, CancellationToken ct)
    {
        await allocator.ReleaseAsync(labels, ct);
        return () =>
        {
            _needed.Update(new HashSet<LabelSet>());
            if (_needed[labels].Count > 0 && claims[labels]?.Id is { } id)
            {
                // Needed again while the store was asked: whoever needs it was given the number already, and keeps it.
                allocator.Adopt(labels, id);
                _unconfirmed.Add(labels);
                return;
            }

            file.Change(state => state with { Claims = state.Claims.Where(claim => claim.Key != labels.ToKey()).ToDictionary() });
            _unconfirmed.Remove(labels);
            _seen.Remove(labels);
            claims.Remove(labels);
        };
    }

    /// <summary>Not before every number of an earlier process is confirmed: uses under a former name are all that speaks for it until then.</summary>
    private void Tidy(Errands errands)
    {
        if (!_isTidy && _unconfirmed.Count == 0)
            errands.Begin(Tidying, stop => TidyAsync(claims.Select(claim => claim.Labels).ToHashSet(), stop));
    }

    private async Task<Action> TidyAsync(HashSet<LabelSet> claimed, CancellationToken ct)
    {
        var stale = await allocator.RemoveStaleAsync(claimed, ct);
        foreach (var former in _formerNodes)
            stale += await allocator.RemoveUsesOfAsync(former, ct);
        return () =>
        {
            (_formerNodes, _isTidy) = ([], true);
            file.Change(state => state with { FormerNodes = null });
            if (stale > 0)
                LogTidied(logger, stale);
        };
    }

    private void Failed(string name, CiliumException exception, int failures, TimeSpan pause)
    {
        if (failures == 1)
            LogRetry(logger, exception, name, pause);
        if (name == Tidying)
            return;
        var labels = LabelSet.FromKey(name);
        // What was asked may have been done: what the store holds is not known any more.
        if (allocator.Held.ContainsKey(labels))
            _unconfirmed.Add(labels);
        if (claims[labels]?.Id is null)
            claims.Upsert(new IdentityClaimRow(labels, null, exception.Message));
    }

    /// <summary>Until something is due although nothing changes.</summary>
    private TimeSpan Pause(Errands errands)
    {
        var confirmation = ConfirmEvery - time.GetElapsedTime(_confirmedAt);
        return errands.Pause is { } retry && retry < confirmation ? retry : confirmation;
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "The store does not do its part for {Name} now; next attempt in {Pause}, until it does.")]
    private static partial void LogRetry(ILogger logger, Exception exception, string name, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Stale} identity uses of an earlier run.")]
    private static partial void LogTidied(ILogger logger, int stale);
}
