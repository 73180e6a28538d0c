using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Tests.Infrastructure;

/// <summary>A thread with the capabilities of a running agent in place of the test's.</summary>
internal static unsafe partial class AgentThread
{
    private const uint Version3 = 0x20080522;

    /// <summary>CAP_SYS_ADMIN of linux/capability.h.</summary>
    private const int SysAdmin = 21;

    /// <summary>Runs a function without CAP_SYS_ADMIN: no agent has it when its datapath begins.</summary>
    /// <remarks>A thread that is made meanwhile inherits the lack, also one of the pool: only for tests that ask for it.</remarks>
    public static T Run<T>(Func<T> function)
    {
        Set(allowed: false);
        try
        {
            return function();
        }
        finally
        {
            Set(allowed: true);
        }
    }

    // What is effective; it stays permitted.
    private static void Set(bool allowed)
    {
        var header = stackalloc uint[2] { Version3, 0 };
        var data = stackalloc uint[6];
        Assert.Equal(0, Read(header, data));
        data[0] = allowed ? data[0] | (1u << SysAdmin) : data[0] & ~(1u << SysAdmin);
        Assert.Equal(0, Write(header, data));
    }

    [LibraryImport("libc", EntryPoint = "capget")]
    private static partial int Read(uint* header, uint* data);

    [LibraryImport("libc", EntryPoint = "capset")]
    private static partial int Write(uint* header, uint* data);
}
