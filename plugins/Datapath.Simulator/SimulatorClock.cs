namespace Cilium.Framework.Datapath.Simulator;

/// <summary>Moments as timestamps of the node's clock, which never goes back.</summary>
internal sealed class SimulatorClock(TimeProvider time)
{
    public long Now => time.GetTimestamp();

    public DateTimeOffset UtcNow => time.GetUtcNow();

    public long After(int seconds) => Now + (seconds * time.TimestampFrequency);

    /// <summary>Whole seconds until a moment; negative when it has passed.</summary>
    public int SecondsUntil(long moment) => (int)((moment - Now) / time.TimestampFrequency);
}
