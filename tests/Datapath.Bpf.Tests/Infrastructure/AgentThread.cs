using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Tests.Infrastructure;

/// <summary>A thread with the capabilities of a running agent in place of the test's.</summary>
internal static unsafe partial class AgentThread
{
    private const uint Version3 = 0x20080522;

    /// <summary>CAP_SYS_ADMIN of linux/capability.h.</summary>
    private const int SysAdmin = 21;

    /// <summary>Takes CAP_SYS_ADMIN from this thread, for good: no agent has it when its datapath begins.</summary>
    public static void Confine()
    {
        var header = stackalloc uint[2] { Version3, 0 };
        var data = stackalloc uint[6];
        Assert.Equal(0, Read(header, data));
        data[0] &= ~(1u << SysAdmin);
        Assert.Equal(0, Write(header, data));
    }

    [LibraryImport("libc", EntryPoint = "capget")]
    private static partial int Read(uint* header, uint* data);

    [LibraryImport("libc", EntryPoint = "capset")]
    private static partial int Write(uint* header, uint* data);
}
