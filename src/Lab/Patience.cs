using System.Globalization;

namespace Cilium.Framework.Lab;

/// <summary>How many times slower than usual everything is here, by the environment variable <c>CILIUM_PATIENCE</c>: an emulated machine needs more time.</summary>
public static class Patience
{
    /// <summary>1 on a real machine.</summary>
    public static int Factor { get; } = int.TryParse(Environment.GetEnvironmentVariable("CILIUM_PATIENCE"), NumberStyles.None, CultureInfo.InvariantCulture, out var factor) && factor > 0 ? factor : 1;

    /// <summary>True where times mean something; on an emulated machine only verdicts and losses do.</summary>
    public static bool TimesCount => Factor == 1;

    /// <summary>A deadline of this machine.</summary>
    /// <param name="usual">The same on a real one.</param>
    public static TimeSpan Of(TimeSpan usual) => usual * Factor;
}
