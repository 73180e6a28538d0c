using System.Runtime.InteropServices;

namespace Cilium.Framework.Lab;

/// <summary>Signals to processes that the lab started.</summary>
internal static partial class Signal
{
    // signal(7).
    private const int KillNumber = 9, TerminateNumber = 15, ContinueNumber = 18, StopNumber = 19;

    /// <summary>Asks a process to end.</summary>
    public static void Terminate(int process) => _ = Send(process, TerminateNumber);

    /// <summary>Ends a process.</summary>
    public static void Kill(int process) => _ = Send(process, KillNumber);

    /// <summary>Holds a process wherever it is.</summary>
    public static void Stop(int process) => _ = Send(process, StopNumber);

    /// <summary>Lets a held process go on.</summary>
    public static void Continue(int process) => _ = Send(process, ContinueNumber);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
