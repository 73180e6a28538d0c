namespace Cilium.Framework.Datapath.Bpf.Native;

/// <summary>What the kernel says about a tcx link.</summary>
/// <param name="ProgramId">The program that it attaches.</param>
/// <param name="IfIndex">The device; 0: it is gone.</param>
internal readonly record struct KernelLink(uint ProgramId, int IfIndex)
{
    private const int InfoBytes = 256;
    private const int ProgramWord = 2, IfIndexWord = 4;

    public static unsafe KernelLink Of(BpfDescriptor link)
    {
        var info = stackalloc uint[InfoBytes / sizeof(uint)];
        new Span<byte>(info, InfoBytes).Clear();
        uint length = InfoBytes;
        var result = LibBpf.GetInfo(link.Value, info, &length);
        return result < 0 ? throw BpfErrors.Failed(result, "read a link's description") : new(info[ProgramWord], (int)info[IfIndexWord]);
    }
}
