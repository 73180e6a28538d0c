using Cilium.Framework.Datapath.Bpf.Native;

namespace Cilium.Framework.Datapath.Bpf.Maps;

/// <summary>The counters by reason and direction, summed over the processors (bpf/lib/metrics.h).</summary>
internal sealed unsafe class MetricsMap : IDisposable
{
    private static readonly int PossibleProcessors = CountPossibleProcessors();
    private readonly BpfDescriptor _descriptor;

    public MetricsMap(BpfDescriptor descriptor) => _descriptor = descriptor;

    /// <param name="index">Reason times 2 plus direction.</param>
    public MetricValue Get(uint index)
    {
        var values = new MetricValue[PossibleProcessors];
        fixed (MetricValue* pointer = values)
        {
            var result = LibBpf.Lookup(_descriptor, &index, pointer);
            if (result < 0)
                throw BpfErrors.Failed(result, "read cilium_metrics");
        }

        MetricValue sum = default;
        foreach (var value in values)
        {
            sum.Packets += value.Packets;
            sum.Bytes += value.Bytes;
        }

        return sum;
    }

    public void Dispose() => _descriptor.Dispose();

    // "0-3" or "0,2-5": the kernel gives a value for each possible processor, not for each present one.
    private static int CountPossibleProcessors()
    {
        var last = File.ReadAllText("/sys/devices/system/cpu/possible").Trim().Split(',', '-')[^1];
        return int.Parse(last, System.Globalization.CultureInfo.InvariantCulture) + 1;
    }
}
