namespace Cilium.Framework.Testing;

/// <summary>A clock whose time of day can be set, as an operator or NTP does; timers and timestamps go on undisturbed, as those of the kernel do.</summary>
internal sealed class JumpingClock(TimeProvider steady) : TimeProvider
{
    private TimeSpan _offset;

    public override TimeZoneInfo LocalTimeZone => steady.LocalTimeZone;

    public override long TimestampFrequency => steady.TimestampFrequency;

    /// <param name="by">Forward, or back when negative.</param>
    public void Jump(TimeSpan by) => _offset += by;

    public override DateTimeOffset GetUtcNow() => steady.GetUtcNow() + _offset;

    public override long GetTimestamp() => steady.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => steady.CreateTimer(callback, state, dueTime, period);
}
