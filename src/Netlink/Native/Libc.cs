using System.Runtime.InteropServices;

namespace Cilium.Framework.Netlink.Native;

/// <summary>The system calls that netlink and network namespaces need; .NET has no own ones for them.</summary>
internal static partial class Libc
{
    public const int AddressFamilyNetlink = 16;
    public const int SocketRawCloseOnExec = 3 | 0x80000;
    public const int SocketNonBlocking = 0x800;
    public const int SolSocket = 1;
    public const int OptionReceiveBufferForce = 33;
    public const int SolNetlink = 270;
    public const int OptionCapAck = 10;
    public const int OptionExtAck = 11;
    public const int OptionStrictCheck = 12;
    public const int MessageTruncate = 0x20;
    public const int CloneNewNet = 0x4000_0000;
    public const int CloneNewNs = 0x0002_0000;
    public const int OpenReadOnlyCloseOnExec = 0x80000;
    public const ulong MountBind = 0x1000;
    public const ulong MountRecursivePrivate = 0x4000 | 0x40000;
    public const int UnmountDetach = 2;
    public const int Eintr = 4;
    public const int Enobufs = 105;

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static unsafe partial int Bind(int fd, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static unsafe partial int SetSocketOption(int fd, int level, int option, int* value, int length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static unsafe partial nint Send(int fd, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static unsafe partial nint Receive(int fd, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    public static partial int Duplicate(int fd);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    public static partial int SetNamespace(int fd, int type);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    public static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Mount(string source, string target, string? type, ulong flags, string? data);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unmount(string target, int flags);

    /// <summary>The result of a system call, or its error.</summary>
    /// <param name="result">Negative: it failed.</param>
    /// <param name="what">What was asked, of which object.</param>
    /// <exception cref="NetlinkException">It failed; the text starts with <paramref name="what"/>.</exception>
    public static int Check(int result, string what)
    {
        if (result >= 0)
            return result;
        var errno = Marshal.GetLastPInvokeError();
        throw new NetlinkException(errno, $"{what}: {Marshal.GetPInvokeErrorMessage(errno)}");
    }
}
