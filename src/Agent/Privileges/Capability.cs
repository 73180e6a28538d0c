namespace Cilium.Framework.Agent.Privileges;

/// <summary>Capabilities by their numbers in linux/capability.h; each with what the agent does with it.</summary>
internal enum Capability
{
    /// <summary>Read and write files whatever their mode says. Kept only where the agent's own folders cannot be used without it.</summary>
    DacOverride = 1,

    /// <summary>Attach programs to devices, make devices and routes, write kernel settings of the network.</summary>
    NetAdmin = 12,

    /// <summary>Read which program another one's filter is: <c>BPF_PROG_GET_FD_BY_ID</c> asks for this one. Mounting and everything else that it
    /// would allow is taken away by <see cref="SystemCallFilter"/>.</summary>
    SysAdmin = 21,

    /// <summary>Load programs without the padding against side channels that unprivileged ones get.</summary>
    PerfMon = 38,

    /// <summary>Make and use maps, load and run programs.</summary>
    Bpf = 39,
}
