namespace Cilium.Framework.Datapath.Bpf.Native;

/// <summary>What the kernel says about a map.</summary>
internal readonly record struct KernelMap(uint Id, int KeySize, int ValueSize, uint MaxEntries)
{
    private const int InfoBytes = 256;

    public static unsafe KernelMap Of(int descriptor)
    {
        var info = stackalloc uint[InfoBytes / sizeof(uint)];
        new Span<byte>(info, InfoBytes).Clear();
        uint length = InfoBytes;
        var result = LibBpf.GetInfo(descriptor, info, &length);
        if (result < 0)
            throw BpfErrors.Failed(result, "read a map's description");
        return new(info[1], (int)info[2], (int)info[3], info[4]);
    }
}
