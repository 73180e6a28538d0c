using System.Runtime.InteropServices;

namespace Cilium.Framework.Datapath.Bpf.Native;

/// <summary>Calls of the C library that .NET does not offer.</summary>
internal static unsafe partial class LibC
{
    public const int MonotonicCoarse = 6;
    public const int BpfFileSystem = unchecked((int)0xcafe4a11);
    public const int ReadProtection = 1;
    public const int WriteProtection = 2;
    public const int Shared = 1;
    public const int UnmountDetach = 2;
    public const int DuplicateCloseOnExec = 1030;
    public static readonly nint MapFailed = -1;

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Duplicate(int descriptor, int command, int least);

    [LibraryImport("libc", EntryPoint = "mount", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Mount(string source, string target, string type, ulong flags, string data);

    [LibraryImport("libc", EntryPoint = "umount2", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Unmount(string target, int flags);

    [LibraryImport("libc", EntryPoint = "statfs", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int StatFileSystem(string path, long* buffer);

    [LibraryImport("libc", EntryPoint = "clock_getres")]
    public static partial int ClockResolution(int clock, long* seconds);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    public static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "if_indextoname")]
    private static partial nint IndexToName(uint index, byte* name);

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ResolvePath(string path, byte* buffer);

    /// <summary>The path without links; the path itself when it does not exist.</summary>
    public static string RealPath(string path)
    {
        // PATH_MAX, which realpath(3) asks for.
        var buffer = stackalloc byte[4096];
        return ResolvePath(path, buffer) == 0 ? path : Marshal.PtrToStringUTF8((nint)buffer)!;
    }

    /// <summary>Name of a device of this thread's namespace; null when there is none.</summary>
    public static string? DeviceName(int index)
    {
        var buffer = stackalloc byte[16];
        return IndexToName((uint)index, buffer) == 0 ? null : Marshal.PtrToStringUTF8((nint)buffer);
    }
}
