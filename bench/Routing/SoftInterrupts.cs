using System.Globalization;

namespace Cilium.Framework.Routing.Bench;

/// <summary>What the kernel's own part of forwarding costs.</summary>
internal static class SoftInterrupts
{
    /// <summary>Time of all processors in soft interrupts since the machine began (proc(5): seventh figure of the first line, in ticks of 10 ms).</summary>
    public static double Seconds() => double.Parse(File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[7], CultureInfo.InvariantCulture) / 100;
}
