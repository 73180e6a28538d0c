using System.Diagnostics;
using static Cilium.Framework.Kvstore.Bench.Figures;

namespace Cilium.Framework.Kvstore.Bench.Allocating;

/// <summary>New label sets from many callers at once, and the raw figure of the same server in turn with it.</summary>
internal static class Rounds
{
    private const int Callers = 32;
    private const string Node = "10.0.0.1";

    /// <param name="name">Of the store, for progress.</param>
    /// <param name="store">Started.</param>
    /// <param name="putAsync">Carries out one raw transaction.</param>
    /// <param name="rounds">How often both are measured.</param>
    /// <param name="sets">Label sets of each round; all rounds and one before them share 65,280 numbers.</param>
    public static async Task<AllocateFigures> MeasureAsync(string name, IKvstore store, Func<(string Key, byte[] Value)[], Task> putAsync, int rounds, int sets)
    {
        var labels = new LabelSets(store, Node);
        var (ours, raw) = (new List<double>(), new List<double>());
        await using var allocator = await Allocator.StartAsync(store, Node);
        // The first one is for connections, the lease and the compiler.
        for (var round = 0; round <= rounds; round++)
        {
            raw.Add(await PerSecondAsync(labels.NextRaw(sets), putAsync));
            ours.Add(await PerSecondAsync(labels.Next(sets), allocator.AllocateAsync));
            Tell($"allocate, {name}, round {round}{(round == 0 ? " (does not count)" : "")}: {ours[^1]:0}/s, raw {raw[^1]:0}/s, ratio {ours[^1] / raw[^1]:0.00}");
        }

        var (median, rawMedian) = (Median(ours.Skip(1)), Median(raw.Skip(1)));
        return new(median, rawMedian, median / rawMedian);
    }

    private static async Task<double> PerSecondAsync<T>(T[] work, Func<T, Task> doAsync)
    {
        var next = -1;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < work.Length;)
                await doAsync(work[i]);
        })));
        return work.Length / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
