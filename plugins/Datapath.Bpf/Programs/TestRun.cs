using Cilium.Framework.Datapath.Bpf.Native;

namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>One run of a program by BPF_PROG_TEST_RUN.</summary>
/// <param name="Error">Zero, or minus the errno with which the kernel refused.</param>
/// <param name="ReturnValue">What the program returned.</param>
/// <param name="Context">What it left in the packet's metadata.</param>
/// <param name="Frame">The packet as the program left it.</param>
internal readonly record struct TestRun(int Error, uint ReturnValue, SkBuff Context, byte[] Frame)
{
    private const int Growth = 256;

    public static unsafe TestRun Try(BpfDescriptor program, ReadOnlySpan<byte> frame, SkBuff context)
    {
        var output = new byte[frame.Length + Growth];
        var left = context;
        fixed (byte* input = frame)
        fixed (byte* result = output)
        {
            var options = new TestRunOptions
            {
                Size = (nuint)sizeof(TestRunOptions),
                DataIn = input,
                DataSizeIn = (uint)frame.Length,
                DataOut = result,
                DataSizeOut = (uint)output.Length,
                ContextIn = &context,
                ContextSizeIn = (uint)sizeof(SkBuff),
                ContextOut = &left,
                ContextSizeOut = (uint)sizeof(SkBuff),
                Repeat = 1,
            };
            var error = LibBpf.TestRun(program, &options);
            return new(error, options.ReturnValue, left, error == 0 ? output[..(int)options.DataSizeOut] : []);
        }
    }

    /// <exception cref="Errors.CiliumException">The kernel refused.</exception>
    public static TestRun Once(BpfDescriptor program, ReadOnlySpan<byte> frame, SkBuff context)
    {
        var run = Try(program, frame, context);
        return run.Error == 0 ? run : throw BpfErrors.Failed(run.Error, "run a program by BPF_PROG_TEST_RUN");
    }
}
