using Cilium.Framework.Datapath.Bpf.Maps;
using Cilium.Framework.Datapath.Bpf.Native;

namespace Cilium.Framework.Datapath.Bench;

/// <summary>Runs batches of packets through the shim into a program.</summary>
internal sealed unsafe class Harness : IDisposable
{
    public const int BatchPackets = 10_000;

    private readonly BpfObject _shim;
    private readonly BpfObject _empty;
    private readonly BpfObject _lookup;
    private readonly BpfMap<uint, FrameTemplate> _template;
    private readonly BpfMap<uint, uint> _program;
    private readonly BpfDescriptor _shimProgram;
    private uint _port;

    public Harness(string bpffs)
    {
        _shim = Load("shim", bpffs);
        _empty = Load("empty", bpffs);
        _lookup = Load("lookup", bpffs);
        _template = new("bench_template", BpfDescriptor.OpenPinned(Path.Combine(bpffs, "bench_template"))!, null);
        _program = new("bench_program", BpfDescriptor.OpenPinned(Path.Combine(bpffs, "bench_program"))!, null);
        Lookup = new("bench_lookup", BpfDescriptor.OpenPinned(Path.Combine(bpffs, "bench_lookup"))!, null);
        // A descriptor of our own: the object closes its own.
        _shimProgram = new(LibBpf.GetProgramById(KernelProgram.Of(_shim.Program().Descriptor).Id));
    }

    /// <summary>The map of the program that looks up one key.</summary>
    public BpfMap<ulong, ulong> Lookup { get; }

    /// <summary>The program that does nothing.</summary>
    public int Empty => _empty.Program().Descriptor;

    /// <summary>The program that looks up one key.</summary>
    public int OneLookup => _lookup.Program().Descriptor;

    /// <summary>First source port of the last batch.</summary>
    public ushort FirstPort { get; private set; }

    /// <summary>Runs one batch and keeps its time.</summary>
    public void Run(Flow flow)
    {
        var (first, count) = flow.Cycle.Count > 0 ? flow.Cycle : ((ushort)_port, BatchPackets);
        // A cycle goes on where the last batch of the flow left it; other ports are new in each batch.
        var done = flow.Cycle.Count > 0 ? (long)flow.Samples.Count * BatchPackets % count : 0;
        var template = new FrameTemplate { Port = (uint)(first + done), First = first, Last = flow.Vary ? (uint)(first + count - 1) : 0 };
        flow.Frame.CopyTo(template.Frame);
        _template.Set(0, template);
        _program.Set(0, (uint)flow.Program);
        FirstPort = first;
        if (flow.Vary && flow.Cycle.Count == 0)
            _port += BatchPackets;
        flow.Samples.Add(Batch(flow));
        flow.AfterBatch();
    }

    public void Dispose()
    {
        Lookup.Dispose();
        _template.Dispose();
        _program.Dispose();
        _shimProgram.Dispose();
        _shim.Dispose();
        _empty.Dispose();
        _lookup.Dispose();
    }

    private uint Batch(Flow flow)
    {
        var context = new SkBuff { IfIndex = (uint)flow.IfIndex };
        fixed (byte* frame = flow.Frame)
        {
            var options = new TestRunOptions
            {
                Size = (nuint)sizeof(TestRunOptions),
                DataIn = frame,
                DataSizeIn = (uint)flow.Frame.Length,
                ContextIn = &context,
                ContextSizeIn = (uint)sizeof(SkBuff),
                Repeat = BatchPackets,
            };
            var error = LibBpf.TestRun(_shimProgram, &options);
            if (error < 0)
                throw BpfErrors.Failed(error, $"run {flow.Name}");
            if (options.ReturnValue != flow.Expected)
                throw new InvalidOperationException($"{flow.Name}: the program returned {options.ReturnValue} instead of {flow.Expected}; this would measure something else.");
            return options.Duration;
        }
    }

    private static BpfObject Load(string name, string bpffs)
    {
        var opened = BpfObject.Open(Path.Combine(AppContext.BaseDirectory, "bpf", name + ".o"), bpffs);
        opened.Load();
        return opened;
    }
}
