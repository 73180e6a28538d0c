using Cilium.Framework.Datapath.Bpf.Native;
using Cilium.Framework.Errors;
using Cilium.Framework.Netlink;

namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>The datapath's filter at one side of a device: clsact, with a fixed handle and priority, so that a replacement happens in place.</summary>
/// <param name="BpfFs">Where programs are pinned.</param>
/// <param name="IfIndex">The device, in this thread's namespace.</param>
/// <param name="Point"><see cref="TcHook.Ingress"/> or <see cref="TcHook.Egress"/>.</param>
internal readonly unsafe record struct TcFilter(string BpfFs, int IfIndex, int Point) : IFilter
{
    private const uint Handle = 1;
    private const ushort Priority = 1;

    private string Side => Point == TcHook.Ingress ? "ingress" : "egress";

    public AttachedProgram? Attached()
    {
        var hook = Hook();
        var options = Options();
        var result = LibBpf.Query(&hook, &options);
        if (result is -Errno.NoEntry or -Errno.Invalid or -Errno.NoDevice)
            return null;
        if (result < 0)
            throw BpfErrors.Failed(result, $"read the filter of device {IfIndex}");
        return OwnPrograms.Find(BpfFs, options.ProgramId) is { } own ? new(own.Id, own.Name, own.Tag, IsOurs: true) : Unknown(options.ProgramId);
    }

    /// <summary>Adds clsact to the device, for both sides, unless it is there.</summary>
    public void Prepare()
    {
        var hook = Hook();
        var result = LibBpf.CreateHook(&hook);
        if (result < 0 && result != -Errno.Exists)
            throw BpfErrors.Failed(result, $"add clsact to device {IfIndex}");
    }

    /// <summary>Attaches a program where the place is prepared and empty: one call of the kernel, where finding out first takes two more.</summary>
    /// <returns>False when it is otherwise; nothing is changed then.</returns>
    public bool Add(LoadedProgram program) => Put(program, flags: 0) >= 0;

    public bool Attach(LoadedProgram program)
    {
        var attached = Attached();
        if (attached?.Id == program.Kernel.Id)
            return false;
        if (attached is { IsOurs: false } foreign && !IsSame(foreign, program))
            throw new CiliumException(ErrorKind.Conflict, $"Device {LibC.DeviceName(IfIndex)} has a filter \"{foreign.Name}\" (program {foreign.Id}) with handle {Handle} and priority {Priority} that is not ours. Remove it (tc filter del dev {LibC.DeviceName(IfIndex)} {Side} pref {Priority}), or give it another priority. If another version of this agent attached it and its pins are gone: cilium cleanup --force.");
        Prepare();
        var result = Put(program, TcOptions.Replace);
        return result < 0 ? throw BpfErrors.Failed(result, $"attach {program.Name} to device {IfIndex}") : true;
    }

    public bool Detach()
    {
        if (Attached() is not { } attached || !attached.IsOurs)
            return false;
        var hook = Hook();
        var options = Options();
        var result = LibBpf.Detach(&hook, &options);
        // The device may have vanished meanwhile, with its filter.
        if (result < 0 && Attached() is not null)
            throw BpfErrors.Failed(result, $"detach {attached.Name} from device {IfIndex}");
        return result >= 0;
    }

    private int Put(LoadedProgram program, uint flags)
    {
        var hook = Hook();
        var options = Options();
        options.ProgramDescriptor = program.Descriptor.Value;
        options.Flags = flags;
        return LibBpf.Attach(&hook, &options);
    }

    // Attached by this build, and its pins were lost since: a digest is of all instructions.
    private static bool IsSame(AttachedProgram attached, LoadedProgram program) =>
        attached.Tag != 0 && attached.Tag == program.Kernel.Tag && attached.Name.StartsWith(program.Name + ":", StringComparison.Ordinal);

    private AttachedProgram Unknown(uint id)
    {
        using var netlink = RouteNetlink.Open();
        var filter = netlink.FindBpfFilter(IfIndex, Point == TcHook.Ingress, Handle, Priority);
        return new(id, filter?.Name ?? "", filter?.ProgramId == id ? filter.Tag : 0, IsOurs: false);
    }

    private TcHook Hook() => new() { Size = (nuint)sizeof(TcHook), IfIndex = IfIndex, AttachPoint = Point };

    private static TcOptions Options() => new() { Size = (nuint)sizeof(TcOptions), Handle = Handle, Priority = Priority };
}
