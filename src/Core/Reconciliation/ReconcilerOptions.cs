namespace Cilium.Framework.Reconciliation;

/// <summary>Pace of one reconciler.</summary>
public sealed record ReconcilerOptions
{
    /// <summary>In which order changes reach the target.</summary>
    public BatchOrder Order { get; init; } = BatchOrder.UpsertsFirst;

    /// <summary>Most items of one call.</summary>
    public int MaxBatch { get; init; } = 500;

    /// <summary>Pause after the first failure of a row; doubled with each further one.</summary>
    public TimeSpan MinRetry { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest pause between two attempts.</summary>
    public TimeSpan MaxRetry { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long one call of the target may take before it is told to give up. A full batch takes a second.</summary>
    public TimeSpan CallPatience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a closed gate holds a row back at most (architecture, order of realisation 2).</summary>
    public TimeSpan GatePatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long gates hold a row back at most when it changes meanwhile and its gate with it. Until then the target keeps what may allow too much;
    /// Cilium waits 25 s before it uses a new label set, too (facts 9.3).
    /// </summary>
    public TimeSpan GatePatienceInTotal { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>Pause between two removals of what nobody desires.</summary>
    public TimeSpan PruneInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Pause between two rounds in which realised rows are applied again; null: never.</summary>
    public TimeSpan? RefreshInterval { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Rows applied again at a time.</summary>
    public int RefreshBatch { get; init; } = 100;

    /// <summary>Pause between two such batches.</summary>
    public TimeSpan RefreshPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Pause after a number of failures in a row, at least one.</summary>
    internal TimeSpan RetryAfter(int failures)
    {
        var factor = Math.Pow(2, Math.Min(failures - 1, 30));
        return MinRetry * factor < MaxRetry ? MinRetry * factor : MaxRetry;
    }
}
