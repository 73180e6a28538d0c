using System.Globalization;
using Cilium.Framework.Datapath.Bpf.Native;

namespace Cilium.Framework.Datapath.Bpf.Programs;

/// <summary>The datapath's tcx link at one side of a device. Its pin keeps it attached without the agent, and outlives the device.</summary>
/// <param name="BpfFs">Where links are pinned.</param>
/// <param name="IfIndex">The device, in this thread's namespace.</param>
/// <param name="Point"><see cref="TcHook.Ingress"/> or <see cref="TcHook.Egress"/>.</param>
internal readonly unsafe record struct TcxFilter(string BpfFs, int IfIndex, int Point) : IFilter
{
    /// <summary>What pins of links begin with.</summary>
    public const string PinPrefix = "link_";

    // enum bpf_attach_type of linux/bpf.h.
    private const int IngressType = 46, EgressType = 47;

    /// <summary>The first Linux with tcx.</summary>
    public static readonly Version LeastKernel = new(6, 6);

    /// <summary>This kernel has tcx.</summary>
    public static bool IsSupported { get; } = Environment.OSVersion.Version >= LeastKernel;

    private string Side => Point == TcHook.Ingress ? "ingress" : "egress";

    private string Pin => Path.Combine(BpfFs, string.Create(CultureInfo.InvariantCulture, $"{PinPrefix}{IfIndex}_{Side}"));

    /// <summary>Removes pins of links whose device is gone.</summary>
    /// <returns>How many.</returns>
    public static int RemoveDead(string bpffs)
    {
        var removed = 0;
        foreach (var pin in Pins(bpffs))
        {
            using var link = BpfDescriptor.OpenPinned(pin);
            if (link is null || KernelLink.Of(link).IfIndex != 0)
                continue;
            File.Delete(pin);
            removed++;
        }

        return removed;
    }

    /// <summary>Pins of links.</summary>
    public static string[] Pins(string bpffs) => Directory.Exists(bpffs) ? Directory.GetFiles(bpffs, PinPrefix + "*") : [];

    public AttachedProgram? Attached()
    {
        using var link = Open();
        if (link is null)
            return null;
        var id = KernelLink.Of(link).ProgramId;
        // The link is ours by its pin, whatever it runs.
        var program = OwnPrograms.Find(BpfFs, id);
        return new(id, program?.Name ?? "", program?.Tag ?? 0, IsOurs: true);
    }

    public bool Attach(LoadedProgram program)
    {
        using var link = Open();
        if (link is null)
        {
            Create(program);
            return true;
        }

        if (KernelLink.Of(link).ProgramId == program.Kernel.Id)
            return false;
        var result = LibBpf.UpdateLink(link.Value, program.Descriptor.Value, null);
        return result < 0 ? throw BpfErrors.Failed(result, $"put {program.Name} in the place of another program of device {LibC.DeviceName(IfIndex)} {Side}") : true;
    }

    public bool Detach()
    {
        if (!File.Exists(Pin))
            return false;
        File.Delete(Pin);
        return true;
    }

    private void Create(LoadedProgram program)
    {
        var descriptor = LibBpf.CreateLink(program.Descriptor.Value, IfIndex, Point == TcHook.Ingress ? IngressType : EgressType, null);
        if (descriptor < 0)
            throw BpfErrors.Failed(descriptor, $"attach {program.Name} to device {IfIndex} {Side} by tcx");
        using var link = new BpfDescriptor(descriptor);
        var result = LibBpf.Pin(descriptor, Pin);
        if (result < 0)
            throw BpfErrors.Failed(result, $"pin {Pin}");
        File.SetUnixFileMode(Pin, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    // A pin may be of a device that had this index before.
    private BpfDescriptor? Open()
    {
        var link = BpfDescriptor.OpenPinned(Pin);
        if (link is null || KernelLink.Of(link).IfIndex == IfIndex)
            return link;
        link.Dispose();
        File.Delete(Pin);
        return null;
    }
}
