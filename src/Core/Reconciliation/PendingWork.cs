using Cilium.Framework.Errors;

namespace Cilium.Framework.Reconciliation;

/// <summary>What a reconciler still has to do for one key. Times are since the reconciler was made.</summary>
internal sealed class PendingWork
{
    /// <summary>When it is tried next; null: not before the row changes.</summary>
    public TimeSpan? Due { get; private set; }

    /// <summary>Failures since the row last changed.</summary>
    public int Attempts { get; private set; }

    /// <summary>How often in a row a whole batch failed with it: each time it goes into smaller company, so that one bad row cannot block others for ever.</summary>
    public int Thrown { get; private set; }

    /// <summary>Last failure; null when it did not fail.</summary>
    public string? Error { get; private set; }

    /// <summary>Since when a gate has held it back; stays when the gate's time is up.</summary>
    public TimeSpan? HeldSince { get; set; }

    /// <summary>A gate holds it back now.</summary>
    public bool IsHeld { get; set; }

    /// <summary>A deletion of a table that is not initialised.</summary>
    public bool WaitsForSources { get; set; }

    /// <summary>Applied again without having changed.</summary>
    public bool IsRefresh { get; init; }

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
    public TimeSpan? NextDue(TimeSpan gatePatience)
    {
        if (WaitsForSources)
            return null;
        return IsHeld ? HeldSince + gatePatience : Due;
    }

    public int MaxCompany(int maxBatch) => Math.Max(1, maxBatch >> Math.Min(Thrown, 30));
}
