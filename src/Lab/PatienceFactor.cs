using System.Globalization;

namespace Cilium.Framework.Lab;

/// <summary>How many times slower than usual everything is here, by the environment variable <c>CILIUM_PATIENCE</c>: an emulated machine needs more time.</summary>
/// <remarks>Also compiled into every test project, which need not reference the lab (eng/Test.targets).</remarks>
internal static class PatienceFactor
{
    /// <summary>1 on a real machine.</summary>
    public static int Value { get; } = int.TryParse(Environment.GetEnvironmentVariable("CILIUM_PATIENCE"), NumberStyles.None, CultureInfo.InvariantCulture, out var factor) && factor > 0 ? factor : 1;
}
