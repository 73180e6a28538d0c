using Cilium.Framework.Datapath.Bpf.Native;

namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>The time as the programs know it: jiffies, and ticks of 16 of them (bpf/lib/clock.h).</summary>
internal sealed class KernelClock(BpfDescriptor program) : IDisposable
{
    private const int TickShift = 4;
    private const int FrameBytes = 64;

    /// <summary>Jiffies per second of this kernel (CONFIG_HZ): the resolution of the coarse clock is one jiffy.</summary>
    public static uint JiffiesPerSecond { get; } = ReadJiffiesPerSecond();

    /// <summary>Ticks per second, rounded down.</summary>
    public static uint TicksPerSecond => JiffiesPerSecond >> TickShift;

    /// <summary>Ticks of a duration.</summary>
    public static uint Ticks(uint seconds) => (uint)((ulong)seconds * JiffiesPerSecond >> TickShift);

    /// <summary>Whole seconds of a number of ticks, which may be negative.</summary>
    public static int Seconds(int ticks) => (int)(((long)ticks << TickShift) / JiffiesPerSecond);

    public ulong Jiffies()
    {
        var run = TestRun.Once(program, new byte[FrameBytes], default);
        return run.Context.ControlBlock0 | ((ulong)run.Context.ControlBlock1 << 32);
    }

    public uint Now() => (uint)(Jiffies() >> TickShift);

    public void Dispose() => program.Dispose();

    private static unsafe uint ReadJiffiesPerSecond()
    {
        var resolution = stackalloc long[2];
        if (LibC.ClockResolution(LibC.MonotonicCoarse, resolution) != 0)
            throw new Errors.CiliumException(Errors.ErrorKind.Unsupported, "This kernel does not tell the length of a jiffy (clock_getres of CLOCK_MONOTONIC_COARSE).");
        const long nanosecondsPerSecond = 1_000_000_000;
        return (uint)((nanosecondsPerSecond + (resolution[1] / 2)) / resolution[1]);
    }
}
