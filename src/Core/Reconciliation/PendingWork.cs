using Cilium.Framework.Errors;

namespace Cilium.Framework.Reconciliation;

/// <summary>What a reconciler still has to do for one key. Times are since the reconciler was made.</summary>
internal sealed class PendingWork
{
    private Gate? _gate;
    private TimeSpan _closedSince;

    /// <summary>When it is tried next; null: not before the row changes.</summary>
    public TimeSpan? Due { get; private set; }

    /// <summary>Failures since the row last changed.</summary>
    public int Attempts { get; private set; }

    /// <summary>How often in a row a whole batch failed with it: each time it goes into smaller company, so that one bad row cannot block others for ever.</summary>
    public int Thrown { get; private set; }

    /// <summary>Last failure; null when it did not fail.</summary>
    public string? Error { get; private set; }

    /// <summary>Since when any gate has held it back without a break; null: none does.</summary>
    public TimeSpan? HeldSince { get; private set; }

    /// <summary>A gate holds it back now.</summary>
    public bool IsHeld { get; set; }

    /// <summary>A deletion of a table that is not initialised.</summary>
    public bool WaitsForSources { get; set; }

    /// <summary>Applied again without having changed.</summary>
    public bool IsRefresh { get; init; }

    /// <summary>Its gate is open.</summary>
    public void Opened() => (HeldSince, _gate) = (null, null);

    /// <summary>Its gate is closed. Another gate than before has its own time; all of them together have theirs, or a row that changes again and again would never come.</summary>
    /// <returns>When the row is let through all the same.</returns>
    public TimeSpan Closed(TimeSpan now, Gate gate, ReconcilerOptions options)
    {
        HeldSince ??= now;
        if (!gate.Equals(_gate))
            (_gate, _closedSince) = (gate, now);
        return HeldUntil(options);
    }

    public void Changed(TimeSpan now) => (Due, Attempts, Thrown, Error) = (now, 0, 0, null);

    public void Failed(TimeSpan now, ErrorKind kind, string error, bool thrown, ReconcilerOptions options)
    {
        Attempts++;
        Thrown = thrown ? Thrown + 1 : 0;
        Error = error;
        // A batch that failed as a whole says nothing final about one row.
        Due = kind switch
        {
            _ when thrown => now + options.RetryAfter(Attempts),
            ErrorKind.Invalid or ErrorKind.Unsupported => null,
            ErrorKind.Denied => now + options.MaxRetry,
            _ => now + options.RetryAfter(Attempts),
        };
    }

    /// <summary>When there is something to do for it, if nothing changes; null: never.</summary>
    public TimeSpan? NextDue(ReconcilerOptions options)
    {
        if (WaitsForSources)
            return null;
        return IsHeld ? HeldUntil(options) : Due;
    }

    public int MaxCompany(int maxBatch) => Math.Max(1, maxBatch >> Math.Min(Thrown, 30));

    private TimeSpan HeldUntil(ReconcilerOptions options)
    {
        var (one, all) = (_closedSince + options.GatePatience, HeldSince.GetValueOrDefault(_closedSince) + options.GatePatienceInTotal);
        return one < all ? one : all;
    }
}
