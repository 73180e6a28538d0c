namespace Cilium.Framework.Jobs;

/// <summary>How a failed job is started again.</summary>
public sealed record JobOptions
{
    /// <summary>Pause after the first failure; doubled with each further one.</summary>
    public TimeSpan MinPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest pause. A job that ran longer than this before it failed starts again at the shortest.</summary>
    public TimeSpan MaxPause { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a job that was started again must run, at least, before it counts as working: shorter, and its health would flicker.</summary>
    public TimeSpan Steady { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a job may take to end when it is stopped.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(10);
}
