namespace Cilium.Framework.Daemon;

/// <summary>From which level on something is logged; may change while the program runs.</summary>
/// <param name="level">The level at start.</param>
internal sealed class LogSwitch(LogLevel level)
{
    private volatile LogLevel _level = level;

    public LogLevel Level
    {
        get => _level;
        set => _level = value;
    }
}
