using System.Runtime.InteropServices;
using System.Text;

namespace Cilium.Framework.Plugins;

/// <summary>Owner and mode of paths.</summary>
internal static unsafe partial class UnixPath
{
    private const int MaxPath = 4096;
    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint BasicStats = 0x7ff;
    private const int GroupOrWorldWritable = 0x12;

    /// <summary>The absolute path without symbolic links.</summary>
    /// <exception cref="IOException">The path does not exist or cannot be read.</exception>
    public static string Resolve(string path) =>
        TryResolve(path) ?? throw new IOException($"{path} cannot be resolved: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");

    /// <summary>The absolute path without symbolic links; null when it leads nowhere.</summary>
    public static string? TryResolve(string path)
    {
        var buffer = stackalloc byte[MaxPath];
        return RealPath(path, buffer) is null ? null : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(buffer));
    }

    /// <summary>Why somebody beside root could change what lies at a path; null when nobody can. Looks at every folder above it too.</summary>
    /// <param name="path">As <see cref="Resolve"/> gives it.</param>
    public static string? WhoElseCanWrite(string path)
    {
        for (var current = path; current is not null; current = Path.GetDirectoryName(current))
        {
            FileStatus status;
            if (StatX(CurrentDirectory, current, NoFollow, BasicStats, &status) != 0)
                return $"{current} cannot be examined: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}";
            if (status.UserId != 0)
                return $"{current} belongs to user {status.UserId}";
            if ((status.Mode & GroupOrWorldWritable) != 0)
                return $"{current} is writable by its group or by everybody (mode {Convert.ToString(status.Mode & 0xfff, 8)})";
        }

        return null;
    }

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial byte* RealPath(string path, byte* resolved);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int StatX(int directory, string path, int flags, uint mask, FileStatus* status);

    /// <summary>The beginning of struct statx (linux/stat.h), 256 bytes in all.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct FileStatus
    {
        [FieldOffset(20)]
        public uint UserId;

        [FieldOffset(28)]
        public ushort Mode;
    }
}
