using Cilium.Framework.Agent.Privileges;

namespace Cilium.Framework.Agent.Hosting;

/// <summary>Gives memory back to the machine once the agent has come to rest: a large import or the start leaves garbage that an agent with nothing to do would never collect.</summary>
/// <param name="time">The clock.</param>
/// <param name="allocatedBytes">All that was allocated since the process began.</param>
/// <param name="collect">Collects, compacts and gives back.</param>
internal sealed class MemoryRelief(TimeProvider time, Func<long> allocatedBytes, Action collect)
{
    /// <summary>Bytes since the last relief that make one worth its pause, some tens of milliseconds.</summary>
    public const long WorthIt = 32 << 20;

    /// <summary>Bytes within <see cref="Interval"/> up to which the agent counts as at rest: what a monitor or a health probe takes is less.</summary>
    public const long Rest = 4 << 20;

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>That of this process.</summary>
    public MemoryRelief(TimeProvider time)
        : this(time, () => GC.GetTotalAllocatedBytes(), GiveBack)
    {
    }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var (relieved, before) = (0L, 0L);
        while (true)
        {
            await Task.Delay(Interval, time, ct);
            var allocated = allocatedBytes();
            if (allocated - relieved >= WorthIt && allocated - before <= Rest)
            {
                collect();
                relieved = allocated;
            }

            before = allocated;
        }
    }

    // What libbpf took to read the types of the kernel lies free in the heaps of the threads that did it.
    private static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _ = Libc.TrimHeap(0);
    }
}
