namespace Cilium.Framework.Lab;

/// <summary>Deadlines of this machine.</summary>
public static class Patience
{
    /// <summary>How many times slower than usual everything is here; 1 on a real machine.</summary>
    public static int Factor => PatienceFactor.Value;

    /// <summary>True where times mean something; on an emulated machine only verdicts and losses do.</summary>
    public static bool TimesCount => Factor == 1;

    /// <summary>A deadline of this machine.</summary>
    /// <param name="usual">The same on a real one.</param>
    public static TimeSpan Of(TimeSpan usual) => usual * Factor;
}
