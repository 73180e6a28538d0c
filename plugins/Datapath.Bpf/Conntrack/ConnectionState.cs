namespace Cilium.Framework.Datapath.Bpf.Conntrack;

/// <summary><c>enum ct_state</c>: two bits; above them the generation of the entry's memory (bpf/lib/conntrack_entry.h).</summary>
internal static class ConnectionState
{
    public const uint Locked = 1;
    public const uint Valid = 2;

    private const uint Generation = 4;

    /// <summary>True when key and value belong together.</summary>
    public static bool IsValid(uint state) => (state & Valid) != 0;

    /// <summary>True when it is valid and nobody is working at it.</summary>
    public static bool IsIdle(uint state) => (state & (Valid | Locked)) == Valid;

    /// <summary>True when somebody is writing or removing it.</summary>
    public static bool IsBusy(uint state) => (state & (Valid | Locked)) == Locked;

    /// <summary>True when nothing but the lock of its verdict is different.</summary>
    public static bool IsSame(uint left, uint right) => ((left ^ right) & ~Locked) == 0;

    /// <summary>The state of whoever takes an entry away from its connection.</summary>
    public static uint Taken(uint state) => ((state & ~(Generation - 1)) + Generation) | Locked;

    /// <summary>The state of memory that nobody uses.</summary>
    public static uint Free(uint taken) => taken & ~(Generation - 1);
}
