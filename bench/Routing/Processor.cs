using System.Runtime.InteropServices;
using Cilium.Framework.Lab;

namespace Cilium.Framework.Routing.Bench;

/// <summary>Threads that stay on one processor.</summary>
internal static partial class Processor
{
    /// <param name="number">Of the processor, from 0.</param>
    /// <param name="work">What the thread does.</param>
    public static Thread Start(int number, Action work)
    {
        var thread = new Thread(() =>
        {
            var mask = 1ul << number;
            // 0: the calling thread.
            if (SetAffinity(0, sizeof(ulong), in mask) != 0)
                throw new LabException($"A thread could not be kept on processor {number}: {Marshal.GetLastPInvokeErrorMessage()}.");
            work();
        });
        thread.Start();
        return thread;
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nuint size, in ulong mask);
}
