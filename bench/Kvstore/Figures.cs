using System.Globalization;

namespace Cilium.Framework.Kvstore.Bench;

/// <summary>Median of figures, and where progress is told.</summary>
internal static class Figures
{
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Stdout is for the result alone.</summary>
    public static void Tell(FormattableString progress) => Console.Error.WriteLine(progress.ToString(CultureInfo.InvariantCulture));
}
