using System.Runtime.InteropServices;

namespace Cilium.Framework.State;

/// <summary>Flushes a directory's entries to the disk: without it a rename may be forgotten in a crash of the machine. .NET has no call for it.</summary>
internal static partial class DirectorySync
{
    private const int ReadOnlyDirectoryCloseOnExec = 0x10000 | 0x80000;

    /// <exception cref="IOException">The kernel refused.</exception>
    public static void Flush(string path)
    {
        var fd = Open(path, ReadOnlyDirectoryCloseOnExec);
        if (fd < 0)
            throw new IOException($"open {path}: {Marshal.GetLastPInvokeErrorMessage()}");
        try
        {
            if (Sync(fd) < 0)
                throw new IOException($"fsync {path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        finally
        {
            _ = Close(fd);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int fd);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);
}
