namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary>How many connections a machine has room for, when the operator does not say.</summary>
internal static class ConnectionRoom
{
    /// <summary>Fewest and most connections per address family.</summary>
    public const uint Least = 1 << 16, Most = 1 << 21;

    /// <summary>Part of the memory that connections may take: twice what Cilium gives to all its maps together (facts 9.10), because nothing else here grows with traffic.</summary>
    private const int OneInParts = 200;

    /// <summary>Of one connection of each family in a hash of the kernel, the larger of the two containers.</summary>
    private const int BytesOfBoth = 128 + 152;

    private const uint Step = 1024;

    /// <summary>Connections per address family.</summary>
    /// <param name="memoryBytes">Memory of the machine, or of the control group if that is less.</param>
    public static uint Of(long memoryBytes) =>
        (uint)Math.Clamp(memoryBytes / OneInParts / BytesOfBoth / Step * Step, Least, Most);

    /// <summary>Connections per address family on this machine.</summary>
    public static uint OfThisMachine() => Of(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
}
