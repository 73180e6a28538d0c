using System.Runtime.InteropServices;

namespace Cilium.Framework.Agent.Privileges;

/// <summary>System calls about privileges; .NET has none of its own.</summary>
internal static unsafe partial class Libc
{
    public const int SetNoNewPrivileges = 38;
    public const int BoundingSetRead = 23;
    public const int BoundingSetDrop = 24;
    public const int Ambient = 47;
    public const int AmbientClearAll = 4;
    public const int LastCapability = 63;
    public const int ReadWriteExecute = 7;
    public const int ReadExecute = 5;
    public const int CurrentDirectory = -100;

    /// <summary>Checks with the effective user and capabilities.</summary>
    public const int EffectiveAccess = 0x200;

    private const uint Version3 = 0x20080522;
    private const long CapGet = 125, CapSet = 126;

    /// <summary>Effective, permitted and inheritable capabilities of this thread, as bits.</summary>
    public static (ulong Effective, ulong Permitted, ulong Inheritable) Capabilities()
    {
        var header = stackalloc uint[2] { Version3, 0 };
        var data = stackalloc uint[6];
        if (SystemCall(CapGet, header, data, null) != 0)
            return default;
        return (data[0] | ((ulong)data[3] << 32), data[1] | ((ulong)data[4] << 32), data[2] | ((ulong)data[5] << 32));
    }

    /// <summary>Sets those of this thread only.</summary>
    public static bool SetCapabilities(ulong effective, ulong permitted, ulong inheritable)
    {
        var header = stackalloc uint[2] { Version3, 0 };
        var data = stackalloc uint[6]
        {
            (uint)effective, (uint)permitted, (uint)inheritable, (uint)(effective >> 32), (uint)(permitted >> 32), (uint)(inheritable >> 32),
        };
        return SystemCall(CapSet, header, data, null) == 0;
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static partial int Control(int option, nuint argument, nuint second, nuint third, nuint fourth);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial long SystemCall(long number, void* first, void* second, void* third);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial long SystemCall(long number, nuint first, nuint second, void* third);

    [LibraryImport("libc", EntryPoint = "faccessat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Access(int directory, string path, int mode, int flags);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Mount(string source, string target, string type, ulong flags, string data);

    /// <summary>Without close-on-exec.</summary>
    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    public static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "statfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int StatFileSystem(string path, long* buffer);

    [LibraryImport("libc", EntryPoint = "getgroups", SetLastError = true)]
    public static partial int Groups(int size, uint* groups);

    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    public static partial int SetGroups(nuint size, uint* groups);

    /// <summary>The environment that a program executed from here gets; .NET changes a copy.</summary>
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(string path, byte** arguments);

    /// <summary>Gives back what the C library's allocator holds free.</summary>
    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    public static partial int TrimHeap(nuint padding);
}
