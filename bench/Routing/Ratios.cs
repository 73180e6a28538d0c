using System.Text.Json.Serialization;

namespace Cilium.Framework.Routing.Bench;

/// <summary>Ours against the kernel's own, over pairs of neighbouring runs.</summary>
/// <param name="Ratio">Median of the ratios of the pairs.</param>
/// <param name="Lower90">One-sided lower 90 % bound of that median.</param>
internal sealed record Ratios(double Ratio, double Lower90)
{
    /// <summary>Fewer say nothing: one run swings by a third.</summary>
    public const int FewestPairs = 15;

    /// <summary>Pairs are added until the bound is as close to the median as this.</summary>
    public const double Close = 0.03;

    /// <summary>How many pairs there were.</summary>
    [JsonIgnore]
    public int Pairs { get; init; }

    /// <summary>Median rate of ours; bits or packets per second.</summary>
    [JsonIgnore]
    public double Ours { get; init; }

    /// <summary>Median rate of the kernel's own.</summary>
    [JsonIgnore]
    public double Plain { get; init; }

    /// <summary>Median of the time in soft interrupts per packet, microseconds; ours and the kernel's own.</summary>
    [JsonIgnore]
    public (double Ours, double Plain) Softirq { get; init; }

    /// <summary>No further pair is needed.</summary>
    [JsonIgnore]
    public bool Settled => Pairs >= FewestPairs && Ratio - Lower90 <= Close;

    public static Ratios Of(IReadOnlyCollection<(Run Ours, Run Plain)> pairs)
    {
        double[] ratios = [.. pairs.Select(pair => pair.Ours.PerSecond / pair.Plain.PerSecond).Order()];
        return new Ratios(Median(ratios), ratios[LowerRank(ratios.Length)])
        {
            Pairs = ratios.Length,
            Ours = Median(pairs.Select(pair => pair.Ours.PerSecond)),
            Plain = Median(pairs.Select(pair => pair.Plain.PerSecond)),
            Softirq = (Median(pairs.Select(pair => pair.Ours.SoftirqMicroseconds)), Median(pairs.Select(pair => pair.Plain.SoftirqMicroseconds))),
        };
    }

    /// <summary>
    /// The order statistic that lies above the median of what was sampled with a probability of at most 10 %: each sample lies below that median like a coin falls, whatever
    /// the distribution (the sign test's interval).
    /// </summary>
    private static int LowerRank(int count)
    {
        var (rank, term, sum) = (0, Math.Pow(0.5, count), 0.0);
        for (var below = 0; below < count; below++)
        {
            sum += term;
            if (sum > 0.1)
                break;
            rank = below;
            term *= (double)(count - below) / (below + 1);
        }

        return rank;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
