using System.Globalization;

namespace Cilium.Framework.Kvstore.Bench.Listing;

/// <summary>Memory of this process, in megabytes of 10^6 octets.</summary>
/// <param name="Resident">As the kernel counts it (proc(5), VmRSS).</param>
/// <param name="Managed">Objects.</param>
internal sealed record Memory(double Resident, double Managed)
{
    /// <summary>After a collection that gives back what it can, as the agent does when it is at rest.</summary>
    public static Memory Settled()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return new(long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6, GC.GetTotalMemory(forceFullCollection: true) / 1e6);
    }
}
