namespace Cilium.Framework.Agent.Privileges;

/// <summary>Capabilities by their numbers in linux/capability.h; each with what the agent does with it.</summary>
internal enum Capability
{
    /// <summary>Read and write files whatever their mode says. Kept only where the agent's own folders cannot be used without it.</summary>
    DacOverride = 1,

    /// <summary>Attach programs to devices, make devices and routes, write kernel settings of the network.</summary>
    NetAdmin = 12,

    /// <summary>Send echo requests to other nodes. Kept only with <c>health.enabled</c>.</summary>
    NetRaw = 13,

    /// <summary>Mount the BPF file system: before the agent gives up what it does not need, and this one with it.</summary>
    SysAdmin = 21,

    /// <summary>Load programs without the padding against side channels that unprivileged ones get.</summary>
    PerfMon = 38,

    /// <summary>Make and use maps, load and run programs.</summary>
    Bpf = 39,
}
