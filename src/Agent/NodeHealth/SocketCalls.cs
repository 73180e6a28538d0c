using System.Runtime.InteropServices;

namespace Cilium.Framework.Agent.NodeHealth;

/// <summary>System calls that use a TCP socket again after its connection: .NET's sockets cannot.</summary>
internal static unsafe partial class SocketCalls
{
    public const int SocketLevel = 1;
    public const int ReceiveTimeout = 20;
    public const int SendTimeout = 21;

    /// <summary>A connection that broke off must not raise SIGPIPE.</summary>
    public const int NoSignal = 0x4000;

    /// <summary>struct timeval on 64-bit machines.</summary>
    /// <param name="Seconds">Whole seconds.</param>
    /// <param name="Microseconds">The rest.</param>
    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct TimeValue(long Seconds, long Microseconds);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int descriptor, byte* address, uint length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int descriptor, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int descriptor, byte* buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int descriptor, int level, int option, TimeValue* value, uint length);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);
}
