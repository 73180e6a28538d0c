using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Errors;

namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>The datapath's filter at one side of a device: clsact, with a fixed handle and priority, so that a replacement happens in place.</summary>
/// <param name="IfIndex">The device, in this thread's namespace.</param>
/// <param name="Point"><see cref="TcHook.Ingress"/> or <see cref="TcHook.Egress"/>.</param>
internal readonly unsafe record struct TcFilter(int IfIndex, int Point) : IFilter
{
    private const uint Handle = 1;
    private const uint Priority = 1;

    public KernelProgram? Attached()
    {
        var hook = Hook();
        var options = Options();
        var result = LibBpf.Query(&hook, &options);
        if (result is -Errno.NoEntry or -Errno.Invalid or -Errno.NoDevice)
            return null;
        return result < 0 ? throw BpfErrors.Failed(result, $"read the filter of device {IfIndex}") : KernelProgram.WithId(options.ProgramId);
    }

    public bool Attach(LoadedProgram program)
    {
        var attached = Attached();
        if (attached?.Id == program.Kernel.Id)
            return false;
        if (attached is { } foreign && !IsOurs(foreign))
            throw new CiliumException(ErrorKind.Conflict, $"Device {LibC.DeviceName(IfIndex)} has a filter \"{foreign.Name}\" with handle {Handle} and priority {Priority} that is not ours. Remove it (tc filter del dev {LibC.DeviceName(IfIndex)} {(Point == TcHook.Ingress ? "ingress" : "egress")} pref {Priority}), or give it another priority.");
        var hook = Hook();
        var result = LibBpf.CreateHook(&hook);
        if (result < 0 && result != -Errno.Exists)
            throw BpfErrors.Failed(result, $"add clsact to device {IfIndex}");
        var options = Options();
        options.ProgramDescriptor = program.Descriptor.Value;
        options.Flags = TcOptions.Replace;
        result = LibBpf.Attach(&hook, &options);
        return result < 0 ? throw BpfErrors.Failed(result, $"attach {program.Name} to device {IfIndex}") : true;
    }

    public bool Detach()
    {
        if (Attached() is not { } attached || !IsOurs(attached))
            return false;
        var hook = Hook();
        var options = Options();
        var result = LibBpf.Detach(&hook, &options);
        // The device may have vanished meanwhile, with its filter.
        if (result < 0 && Attached() is not null)
            throw BpfErrors.Failed(result, $"detach {attached.Name} from device {IfIndex}");
        return result >= 0;
    }

    // Others have programs of these names, too; none of them has this map.
    private static bool IsOurs(KernelProgram program) => ProgramSet.Attached.Contains(program.Name) && program.Uses("cilium_revision");

    private TcHook Hook() => new() { Size = (nuint)sizeof(TcHook), IfIndex = IfIndex, AttachPoint = Point };

    private static TcOptions Options() => new() { Size = (nuint)sizeof(TcOptions), Handle = Handle, Priority = Priority };
}
