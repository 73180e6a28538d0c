using static Cilium.Framework.Kvstore.Bench.Figures;

namespace Cilium.Framework.Kvstore.Bench.Listing;

/// <summary>The first list of a large cluster's addresses, and the raw figure of the same server in turn with it.</summary>
internal static class Lists
{
    public static async Task<ListFigures> MeasureAsync(Uri server, int rounds)
    {
        var (ours, raw) = (new List<Listed>(), new List<Listed>());
        for (var round = 1; round <= rounds; round++)
        {
            raw.Add(await ListProcess.StartAsync("raw", server));
            ours.Add(await ListProcess.StartAsync("ours", server));
            Tell($"list, etcd, round {round}: {ours[^1].Seconds:0.000} s ({ours[^1].ProcessorSeconds:0.000} s of processor time), raw {raw[^1].Seconds:0.000} s ({raw[^1].ProcessorSeconds:0.000} s), ratio {ours[^1].Seconds / raw[^1].Seconds:0.00}; resident {ours[^1].ResidentMegabytes:0} MB, managed {ours[^1].ManagedMegabytes:0} MB");
        }

        var (median, rawMedian) = (Median(ours.Select(listed => listed.Seconds)), Median(raw.Select(listed => listed.Seconds)));
        return new(median, rawMedian, median / rawMedian)
        {
            ResidentMegabytes = Median(ours.Select(listed => listed.ResidentMegabytes)),
            ManagedMegabytes = Median(ours.Select(listed => listed.ManagedMegabytes)),
        };
    }
}
